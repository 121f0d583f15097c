#include "bench/cpu/samples.hpp"

#include <algorithm>

namespace bench {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void Samples::take(const Workload& workload, int threads) { values_[{workload.name, threads}].push_back(workload.measure(threads)); }

std::vector<double> Samples::of(const std::string& name, int threads) const {
  const auto found = values_.find({name, threads});
  return found == values_.end() ? std::vector<double>() : found->second;
}

std::optional<double> Samples::limit(const Workload& workload, int threads) const {
  double best = 0;
  for (const std::string& rate : workload.limit.rates) {
    for (const auto& [key, values] : values_) {
      if (key.first != rate || key.second > threads) continue;
      best = std::max(best, rate == fma_name ? threads * *std::max_element(values.begin(), values.end()) : median(values));
    }
  }
  if (best == 0) return std::nullopt;
  const double per_second = best * 1e9 / workload.limit.amount;
  return workload.unit == "us" ? 1e6 / per_second : per_second;
}

std::set<int> threads_of(const Workload& workload, const std::vector<int>& threads) {
  std::set<int> all(threads.begin(), threads.end());
  if (workload.is_limit && workload.name != fma_name) all.insert(1);
  return all;
}

}  // namespace bench
