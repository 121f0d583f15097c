#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

// What physics allows a workload: the best of these rates of the same run, in GFLOP/s or GB/s, for so many FLOP or bytes a unit.
struct Limit {
  std::vector<std::string> rates = {};  // names of other workloads; empty: no limit is known
  double amount = 1e9;                  // FLOP or bytes a sample or a call; 1e9 for a workload that is itself counted in G.../s
};

// Something to time. Everything that it needs is made before the first sample.
struct Workload {
  std::string name;
  std::string unit;                    // "samples/s", "GFLOP/s", "GB/s": more is better; "us", of a call: less is
  std::function<double(int)> measure;  // one sample on so many threads, in that unit; warms up by itself
  Limit limit = {};
  bool is_limit = false;  // run also when only a workload that names it is asked for
};

// One file each. All of them: workloads().
std::vector<Workload> training_workloads();
std::vector<Workload> inference_workloads();
std::vector<Workload> relu_workloads();
std::vector<Workload> product_workloads();
std::vector<Workload> limit_workloads();
std::vector<Workload> workloads();

// The sizes in floats at which ReLU and, as its limit, copies are timed.
const std::vector<long long>& array_sizes();

// The one rate that is sampled all through the run: on one thread, its best sample times the number of threads.
inline constexpr const char* fma_name = "fma";

// What one call of the net 784-128-10 at batch 1 must read at least: its parameters.
inline constexpr double small_net_bytes = 4 * (784 * 128 + 128 + 128 * 10 + 10);

}  // namespace bench
