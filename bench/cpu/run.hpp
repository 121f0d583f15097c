#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/cpu/workload.hpp"

namespace bench {

struct RunOptions {
  std::string filter = "";  // a regular expression that is looked for in the names; empty: everything
  std::vector<int> threads = {1, 2};
  int rounds = 7;
};

// What a workload came to on so many threads.
struct Row {
  std::string name;
  int threads = 1;
  std::string unit;
  double median = 0, min = 0, max = 0;
  int samples = 0;
  std::optional<double> limit = {};  // in the same unit, of the same run
  std::optional<double> share = {};  // of the limit that the median reaches
};

// Takes one sample of every chosen workload on every number of threads, `rounds` times over, so that a disturbance spreads over all.
// Between them, at least 20 times, the FMA rate of one thread.
std::vector<Row> run(const std::vector<Workload>& all, const RunOptions& options);

}  // namespace bench
