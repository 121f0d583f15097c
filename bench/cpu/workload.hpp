#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

// The hardware limit of a workload: the best of these rates, measured in the same run in GFLOP/s or GB/s, divided by the amount.
struct Limit {
  std::vector<std::string> rates = {};  // names of the workloads that measure them; empty: no limit
  double amount = 1e9;                  // FLOP or bytes per sample or call; 1e9 for workloads whose unit is G.../s
};

// Something to time. Its data and networks are created before the first sample.
struct Workload {
  std::string name;
  std::string unit;                    // "samples/s", "GFLOP/s", "GB/s": more is better; "us" (a call): less is better
  std::function<double(int)> measure;  // takes one sample on this number of threads, in `unit`, with a warm-up
  Limit limit = {};
  bool is_limit = false;  // a limit: also runs when only a workload that names it is requested
};

// Each in a file of its own; workloads() returns all.
std::vector<Workload> training_workloads();
std::vector<Workload> inference_workloads();
std::vector<Workload> relu_workloads();
std::vector<Workload> product_workloads();
std::vector<Workload> limit_workloads();
std::vector<Workload> workloads();

// The array sizes, in floats, for ReLU and for the copies that are its limit.
const std::vector<long long>& array_sizes();

// The FMA rate, sampled throughout the run on one thread; the limit is its best sample times the number of threads.
inline constexpr const char* fma_name = "fma";

// Bytes of the parameters of 784-128-10, which a call at batch 1 must read.
inline constexpr double small_net_bytes = 4 * (784 * 128 + 128 + 128 * 10 + 10);

}  // namespace bench
