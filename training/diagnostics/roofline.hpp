#pragma once

#include <cstdint>
#include <weir/core/context.hpp>
#include <weir/core/dtype.hpp>

namespace weir {

// The two limits of the roofline model for the context's threads.
struct Roofline {
  double flops = 0;  // floating point operations a second
  double bytes = 0;  // bytes a second, read plus written
};

// Measures both, in about a tenth of a second: multiply-adds in registers, and a copy that touches `bytes` bytes. `fma_rate` is the best
// result of earlier calls of sample_fma_rate (GFLOP/s); the larger one counts.
Roofline measure_roofline(const Context& context, DType dtype, std::int64_t bytes, double fma_rate);

// Executes `rounds` rounds of multiply-adds in registers, enough independent chains to hide their latency, and returns how many floating
// point operations that was. The results go to *sink, so that the compiler cannot remove the work.
double run_fma(long long rounds, float* sink);

}  // namespace weir
