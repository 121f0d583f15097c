#include "tests/activations/exhaustive_scan.hpp"

namespace weir::test {

double ulp_at(double value) {
  const double size = std::fabs(value) < 0x1p-126 ? 0x1p-126 : std::fabs(value);
  return __builtin_bit_cast(double, __builtin_bit_cast(std::uint64_t, size) & 0x7FF0000000000000U) * 0x1p-23;
}

double clamped(double value) {
  const double low = value < -0x1p128 ? -0x1p128 : value;
  return low > 0x1p128 ? 0x1p128 : low;
}

Scan scan(const Check& check, const std::vector<float>& x, const std::vector<float>& result, const std::vector<double>& expected) {
  const auto count = static_cast<std::int64_t>(x.size());
  const float *inputs = x.data(), *results = result.data();
  const double* wanted = expected.data();
  const double low = check.low, high = check.high;
  const int exact = check.exact ? 1 : 0;
  Scan found;
  double worst_ulp = 0;
  int odd = 0;
#pragma omp simd reduction(max : worst_ulp) reduction(| : odd)
  for (std::int64_t i = 0; i < count; ++i) {
    const double got = results[i], error = std::fabs(clamped(got) - clamped(wanted[i]));
    const double ulp = error / ulp_at(clamped(wanted[i]));
    worst_ulp = ulp > worst_ulp ? ulp : worst_ulp;
    const double wrong_zero = std::copysign(1, got) - std::copysign(1, wanted[i]);
    odd |= error <= 0x1p128 ? 0 : 1;
    odd |= std::fabs(inputs[i]) <= 0x1.fffffep127F ? 0 : 1;
    odd |= got < low ? 1 : 0;
    odd |= got > high ? 1 : 0;
    odd |= std::fabs(got) + std::fabs(wanted[i]) + 1 == std::fabs(wrong_zero) - 1 ? 1 : 0;  // both are zero, with different signs
    odd |= results[i] == static_cast<float>(wanted[i]) ? 0 : exact;
  }
  found.worst_ulp = worst_ulp;
  found.odd = odd != 0;
  return found;
}

}  // namespace weir::test
