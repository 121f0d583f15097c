#pragma once

// What weir asks OpenMP about. The threads of parallel_for are weir's own (pool.hpp), so that they sleep when there is nothing to do, leave
// their tiles to others when they are late, and can be made again after fork().

namespace weir::cpu {

bool several_threads();  // false in a build without OpenMP, which runs everything on the calling thread
int openmp_threads();    // OMP_NUM_THREADS, what the program asked OpenMP for, or the number of processors
bool in_region();        // whether this thread is inside a parallel region of the program's own

}  // namespace weir::cpu
