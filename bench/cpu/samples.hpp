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

// Samples of workloads by name and threads; those of fma are of one thread.
class Samples {
 public:
  void take(const Workload& workload, int threads);

  std::vector<double> of(const std::string& name, int threads) const;

  // The best rate that was seen for what limits this on at most so many threads, as units of the workload.
  std::optional<double> limit(const Workload& workload, int threads) const;

 private:
  std::map<std::pair<std::string, int>, std::vector<double>> values_;
};

// The numbers of threads to measure a workload on when these are asked for. One thread may copy faster than two, so that a limit is
// measured on one in any case.
std::set<int> threads_of(const Workload& workload, const std::vector<int>& threads);

}  // namespace bench
