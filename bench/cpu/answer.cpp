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
  Samples samples;
  for (std::string name; std::getline(in, name);) {
    const Workload& workload = find(all, name);
    for (const std::string& rate : workload.limit.rates) {
      if (rate == fma_name) {
        samples.take(find(all, rate), 1);
      } else {
        for (const int count : threads_of(find(all, rate), {threads})) samples.take(find(all, rate), count);
      }
    }
    const int count = name == fma_name ? 1 : threads;
    samples.take(workload, count);
    const std::optional<double> limit = samples.limit(workload, threads);
    out << name << ' ' << samples.of(name, count).back() << ' ' << (limit ? std::to_string(*limit) : "-") << std::endl;
  }
}

}  // namespace bench
