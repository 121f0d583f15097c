#pragma once

#include <chrono>

namespace bench {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Mean time of a call over about `budget` seconds, after some calls for warm-up and to find the number of calls needed.
template <class F>
double seconds_per_call(F&& f, double budget = 0.02) {
  const auto time = [&](long long calls) {
    const Stopwatch watch;
    for (long long i = 0; i < calls; ++i) f();
    return watch.seconds();
  };
  f();
  long long calls = 1;
  double took = time(calls);
  while (took < budget / 8) {
    calls *= 2;
    took = time(calls);
  }
  const double each = took / static_cast<double>(calls);
  calls = 1 + static_cast<long long>(budget / each);
  return time(calls) / static_cast<double>(calls);
}

}  // namespace bench
