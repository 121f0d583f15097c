#pragma once

namespace weir {

// Number of CPU threads that weir uses; by default OpenMP's (OMP_NUM_THREADS, else the number of processors). A build without OpenMP always
// uses one. Results are bit-identical for any number. set_num_threads throws ConfigError for less than 1. Both may be called from any
// thread; computations that are already running keep the number with which they started.
void set_num_threads(int threads);
int num_threads();

}  // namespace weir
