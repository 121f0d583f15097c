#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bench/cpu/workload.hpp"

namespace bench {

double median(std::vector<double> values);

// Samples of workloads by name and number of threads; the FMA rate is always measured on one thread.
class Samples {
 public:
  void take(const Workload& workload, int threads);

  std::vector<double> of(const std::string& name, int threads) const;

  // The workload's hardware limit, in its unit: from the best rate that its Limit names, measured on at most `threads` threads.
  std::optional<double> limit(const Workload& workload, int threads) const;

 private:
  std::map<std::pair<std::string, int>, std::vector<double>> values_;
};

// The numbers of threads to measure a workload on, when `threads` are requested. A limit is measured on one thread as well, as one thread
// may copy faster than two.
std::set<int> threads_of(const Workload& workload, const std::vector<int>& threads);

}  // namespace bench
