#include "bench/cpu/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <regex>
#include <set>
#include <stdexcept>

#include "bench/cpu/samples.hpp"

namespace bench {

namespace {

std::vector<Workload> choose(const std::vector<Workload>& all, const std::string& filter) {
  const std::regex pattern(filter);
  std::set<std::string> wanted;
  for (const Workload& workload : all) {
    if (!std::regex_search(workload.name, pattern)) continue;
    wanted.insert(workload.name);
    wanted.insert(workload.limit.rates.begin(), workload.limit.rates.end());
  }
  if (wanted.empty()) throw std::runtime_error("no workload's name holds '" + filter + "'. See --list.");
  std::vector<Workload> chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), [&](const Workload& w) { return wanted.contains(w.name); });
  return chosen;
}

void show_progress(int round, int rounds, const std::string& name) {
  if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[Kround %d of %d: %s", round, rounds, name.c_str());
}

Row make_row(const Workload& workload, int threads, std::vector<double> values, const Samples& samples) {
  Row row{.name = workload.name, .threads = threads, .unit = workload.unit};
  row.median = median(values);
  row.min = *std::min_element(values.begin(), values.end());
  row.max = *std::max_element(values.begin(), values.end());
  row.samples = static_cast<int>(values.size());
  row.limit = samples.limit(workload, threads);
  if (row.limit) row.share = workload.unit == "us" ? *row.limit / row.median : row.median / *row.limit;
  return row;
}

}  // namespace

std::vector<Row> run(const std::vector<Workload>& all, const RunOptions& options) {
  const std::vector<Workload> chosen = choose(all, options.filter);
  const auto fma = std::find_if(chosen.begin(), chosen.end(), [](const Workload& w) { return w.name == fma_name; });
  const auto others = static_cast<int>(chosen.size()) - (fma != chosen.end() ? 1 : 0);
  const int visits = options.rounds * std::max(1, others * static_cast<int>(options.threads.size()));
  const int at_a_visit = (20 + visits - 1) / visits;

  Samples samples;
  const auto sample_fma = [&] {
    for (int i = 0; fma != chosen.end() && i < at_a_visit; ++i) samples.take(*fma, 1);
  };
  for (int round = 1; round <= options.rounds; ++round) {
    if (others == 0) sample_fma();
    for (const Workload& workload : chosen) {
      if (workload.name == fma_name) continue;
      show_progress(round, options.rounds, workload.name);
      for (const int threads : threads_of(workload, options.threads)) {
        sample_fma();
        samples.take(workload, threads);
      }
    }
  }
  if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[K");

  std::vector<Row> rows;
  for (const Workload& workload : chosen) {
    for (const int threads : threads_of(workload, options.threads)) {
      std::vector<double> values = samples.of(workload.name, workload.name == fma_name ? 1 : threads);
      if (workload.name == fma_name) {
        for (double& value : values) value *= threads;
      }
      rows.push_back(make_row(workload, threads, values, samples));
    }
  }
  return rows;
}

}  // namespace bench
