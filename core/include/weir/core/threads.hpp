#pragma once

namespace weir {

// The number of CPU threads that weir uses; by default OpenMP's (OMP_NUM_THREADS, else the number of processors); always 1 in a build
// without OpenMP. Results are bit-identical for any number. set_num_threads throws ConfigError for less than 1. Both may be called from any
// thread; running computations keep the number with which they started.
void set_num_threads(int threads);
int num_threads();

}  // namespace weir
