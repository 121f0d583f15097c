#include <omp.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>

#include <weir/weir.hpp>

#include "bench/cpu/lazy.hpp"
#include "bench/cpu/machine.hpp"
#include "bench/cpu/timing.hpp"
#include "bench/cpu/workload.hpp"
#include "bench/support/synthetic.hpp"

namespace bench {

namespace {

// Calls f(begin, count) on each thread, for equal parts of [0, size) that begin on cache line boundaries.
template <class F>
void in_parts(int threads, std::size_t size, F f) {
  if (threads == 1) return f(std::size_t{0}, size);
  const std::size_t part = (size / static_cast<std::size_t>(threads) + 15) / 16 * 16;
#pragma omp parallel num_threads(threads)
  {
    const std::size_t begin = std::min(size, part * static_cast<std::size_t>(omp_get_thread_num()));
    f(begin, std::min(part, size - begin));
  }
}

struct Arrays {
  weir::Tensor from, to;
};

// GB/s of a copy, counting bytes read plus bytes written.
Workload copying(const std::string& name, std::function<Arrays&()> arrays, long long size, auto copy) {
  const auto measure = [=](int threads) {
    const float* from = arrays().from.values<float>().data();
    float* to = arrays().to.values<float>().data();
    const auto once = [&] {
      in_parts(threads, static_cast<std::size_t>(size),
               [&](std::size_t begin, std::size_t count) { copy(from + begin, to + begin, count); });
    };
    return 8 * static_cast<double>(size) / seconds_per_call(once) / 1e9;
  };
  return {name + "/" + std::to_string(size), "GB/s", measure, {}, true};
}

}  // namespace

const std::vector<long long>& array_sizes() {
  static const std::vector<long long> sizes{1'000, 3'000, 10'000, 30'000, 100'000, 300'000, 1'000'000, 3'000'000, 10'000'000, 30'000'000};
  return sizes;
}

std::vector<Workload> limit_workloads() {
  std::vector<Workload> all;
  constexpr double held = 0.05;  // seconds: for a few milliseconds the clock may be higher than training can sustain
  all.push_back({fma_name, "GFLOP/s", [](int) { return weir::sample_fma_rate(held); }, {}, true});

  const long long most = array_sizes().back();
  const auto arrays = lazy([=] { return Arrays{synthetic_numbers(most), weir::Tensor({most})}; });
  for (const long long size : array_sizes()) {
    all.push_back(copying("copy", arrays, size,
                          [](const float* from, float* to, std::size_t count) { std::memcpy(to, from, count * sizeof(float)); }));
    all.push_back(copying("stream_copy", arrays, size, stream_copy));
  }

  const auto read = [arrays](int threads) {
    const float* from = arrays().from.values<float>().data();
    constexpr auto floats = static_cast<std::size_t>(small_net_bytes) / sizeof(float);
    const double seconds =
        seconds_per_call([&] { in_parts(threads, floats, [&](std::size_t begin, std::size_t count) { read_all(from + begin, count); }); });
    return small_net_bytes / seconds / 1e9;
  };
  all.push_back({"read_parameters", "GB/s", read, {}, true});

  const auto region = [](int threads) {
    return 1e6 * seconds_per_call([&] {
#pragma omp parallel num_threads(threads)
             { __asm__ volatile("" ::: "memory"); }
           });
  };
  all.push_back({"openmp_region", "us", region, {}, false});
  const auto tiles = [](int threads) {
    weir::Context context;
    context.threads = threads;
    return 1e6 * seconds_per_call([&] { weir::parallel_for(context, threads, [](std::int64_t) {}); });
  };
  all.push_back({"parallel_for", "us", tiles, {}, false});
  return all;
}

}  // namespace bench
