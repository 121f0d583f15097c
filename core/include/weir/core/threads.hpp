#pragma once

#include <string>

namespace weir {

inline constexpr int max_threads = 128;

// The number of CPU threads that weir uses. By default OMP_NUM_THREADS or what the program asked OpenMP for, otherwise the number of
// processors, at most as many as this process may use by its affinity and its cgroup's quota of processor time, rounded up; always 1 in a
// build without OpenMP, and never more than max_threads. Results are bit-identical for any number. set_num_threads throws ConfigError for
// less than 1 or more than max_threads. All may be called from any thread; running computations keep the number with which they started.
void set_num_threads(int threads);
int num_threads();

// What decided num_threads(): "set_num_threads", "OMP_NUM_THREADS", "OpenMP", "processors", "affinity", "cgroup quota 0.5", or
// "built without OpenMP".
std::string num_threads_reason();

}  // namespace weir
