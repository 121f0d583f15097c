#pragma once

#include <cstdint>
#include <weir/core/context.hpp>
#include <weir/core/dtype.hpp>

namespace weir {

// What a machine allows at most on the context's threads.
struct Roofline {
  double flops = 0;  // a second
  double bytes = 0;  // a second, read and written
};

// Measured, in about a tenth of a second: multiply-adds in registers, unless `fma_rate` (see sample_fma_rate) was seen to be more, and a
// copy that touches so many bytes.
Roofline measure_roofline(const Context& context, DType dtype, std::int64_t bytes, double fma_rate);

}  // namespace weir
