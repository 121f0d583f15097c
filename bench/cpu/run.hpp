#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/cpu/workload.hpp"

namespace bench {

struct RunOptions {
  std::string filter = "";  // regular expression that the name must contain; empty: all workloads
  std::vector<int> threads = {1, 2};
  int rounds = 7;
};

// The results of a workload on a number of threads.
struct Row {
  std::string name;
  int threads = 1;
  std::string unit;
  double median = 0, min = 0, max = 0;
  int samples = 0;
  std::optional<double> limit = {};  // hardware limit measured in the same run, same unit
  std::optional<double> share = {};  // median / limit
};

// In each of `rounds` rounds takes one sample of every chosen workload on every number of threads, so that a disturbance affects all of
// them alike. In between it samples the FMA rate of one thread, at least 20 times.
std::vector<Row> run(const std::vector<Workload>& all, const RunOptions& options);

}  // namespace bench
