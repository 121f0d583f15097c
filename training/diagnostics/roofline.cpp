#include "training/diagnostics/roofline.hpp"

#include <algorithm>
#include <chrono>
#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>
#include <weir/training/fma_rate.hpp>

namespace weir {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace

double sample_fma_rate(double seconds) {
  float sink = 1;
  run_fma(1000, &sink);
  double flop = 0;
  const Clock::time_point begin = Clock::now();
  double took = 0;
  for (; took < seconds; took = seconds_since(begin)) flop += run_fma(20'000, &sink);
  return flop / took / 1e9;
}

Roofline measure_roofline(const Context& context, DType dtype, std::int64_t bytes, double fma_rate) {
  constexpr int samples = 10;
  constexpr std::int64_t least = 1 << 16, most = std::int64_t{1} << 29;
  const std::int64_t count = std::clamp(bytes, least, most) / 8;
  Tensor from(Shape{count}), to(Shape{count});
  const auto copy_rate = [&](int threads) {
    Context own = context;
    own.threads = threads;
    const Clock::time_point begin = Clock::now();
    std::int64_t copies = 0;
    double took = 0;
    for (; took < 0.002; took = seconds_since(begin), ++copies) copy(own, from, to);
    return static_cast<double>(8 * count * copies) / took;
  };
  copy(context, from, to);
  Roofline roofline;
  for (int i = 0; i < samples; ++i) {
    fma_rate = std::max(fma_rate, sample_fma_rate());
    for (const int threads : {1, context.threads}) roofline.bytes = std::max(roofline.bytes, copy_rate(threads));
  }
  roofline.flops = fma_rate * 1e9 * context.threads * (dtype == DType::f64 ? 0.5 : 1);
  return roofline;
}

}  // namespace weir
