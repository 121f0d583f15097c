#include "bench/cpu/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <regex>
#include <set>
#include <stdexcept>

namespace bench {

namespace {

using Key = std::pair<std::string, int>;  // name, threads
using Samples = std::map<Key, std::vector<double>>;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

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

// One thread may copy faster than two, so that a limit is measured on one in any case.
std::set<int> threads_of(const Workload& workload, const RunOptions& options) {
  std::set<int> threads(options.threads.begin(), options.threads.end());
  if (workload.is_limit && workload.name != fma_name) threads.insert(1);
  return threads;
}

void show_progress(int round, int rounds, const std::string& name) {
  if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[Kround %d of %d: %s", round, rounds, name.c_str());
}

// The best rate that the run itself has seen for this on at most so many threads, as units of the workload.
std::optional<double> find_limit(const Workload& workload, int threads, const Samples& samples) {
  double best = 0;
  for (const std::string& rate : workload.limit.rates) {
    for (const auto& [key, values] : samples) {
      if (key.first != rate || key.second > threads) continue;
      best = std::max(best, rate == fma_name ? threads * *std::max_element(values.begin(), values.end()) : median(values));
    }
  }
  if (best == 0) return std::nullopt;
  const double per_second = best * 1e9 / workload.limit.amount;
  return workload.unit == "us" ? 1e6 / per_second : per_second;
}

Row make_row(const Workload& workload, int threads, std::vector<double> values, const Samples& samples) {
  Row row{.name = workload.name, .threads = threads, .unit = workload.unit};
  row.median = median(values);
  row.min = *std::min_element(values.begin(), values.end());
  row.max = *std::max_element(values.begin(), values.end());
  row.samples = static_cast<int>(values.size());
  row.limit = find_limit(workload, threads, samples);
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
    for (int i = 0; fma != chosen.end() && i < at_a_visit; ++i) samples[{fma_name, 1}].push_back(fma->measure(1));
  };
  for (int round = 1; round <= options.rounds; ++round) {
    if (others == 0) sample_fma();
    for (const Workload& workload : chosen) {
      if (workload.name == fma_name) continue;
      show_progress(round, options.rounds, workload.name);
      for (const int threads : threads_of(workload, options)) {
        sample_fma();
        samples[{workload.name, threads}].push_back(workload.measure(threads));
      }
    }
  }
  if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[K");

  std::vector<Row> rows;
  for (const Workload& workload : chosen) {
    for (const int threads : threads_of(workload, options)) {
      std::vector<double> values = samples[{workload.name, workload.name == fma_name ? 1 : threads}];
      if (workload.name == fma_name) {
        for (double& value : values) value *= threads;
      }
      rows.push_back(make_row(workload, threads, values, samples));
    }
  }
  return rows;
}

}  // namespace bench
