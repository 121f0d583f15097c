#include "bench/cpu/answer.hpp"

#include <algorithm>
#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>

#include "bench/cpu/samples.hpp"

namespace bench {

namespace {

const Workload& find(const std::vector<Workload>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Workload& w) { return w.name == name; });
  if (found == all.end()) throw std::runtime_error("there is no workload '" + name + "'. See --list.");
  return *found;
}

}  // namespace

void answer(const std::vector<Workload>& all, int threads, std::istream& in, std::ostream& out) {
  static const std::string limit_of = "limit ";
  Samples samples;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(limit_of)) {
      const double sample = find(all, line).measure(threads);
      out << line << ' ' << sample << std::endl;
      continue;
    }
    const Workload& workload = find(all, line.substr(limit_of.size()));
    for (const std::string& rate : workload.limit.rates) {
      const Workload& measured = find(all, rate);
      for (const int count : rate == fma_name ? std::set{1} : threads_of(measured, {threads})) samples.take(measured, count);
    }
    const std::optional<double> limit = samples.limit(workload, threads);
    out << "limit " << (limit ? std::to_string(*limit) : "-") << std::endl;
  }
}

}  // namespace bench
