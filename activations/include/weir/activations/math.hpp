#pragma once

#include <cmath>
#include <cstdint>

#include <weir/core/host_device.hpp>

// sigmoid and tanh. The float versions use arithmetic, selects and bit operations only, so that loops over them vectorise on every
// instruction set and an element's result does not depend on its place in the loop; they are within 2 ulp of the exact value for every
// float (shown by tests/activations/exhaustive.cpp). The double versions are the standard library's.
//
// Source of the float versions: Cody and Waite's two-part reduction ("Software Manual for the Elementary Functions", 1980),
// exp(z) = 2^n exp(r) with r = z - n ln(2), and polynomials fitted by activations/coefficients.py (Remez exchange).

namespace weir::math {

// condition ? a : b with both sides always computed. For a plain ?: between expressions g++ may emit branches, which do not vectorise, or
// two code paths with a division in each.
WEIR_HD inline float select(bool condition, float a, float b) {
  const std::uint32_t mask = 0U - static_cast<std::uint32_t>(condition);
  return __builtin_bit_cast(float, (__builtin_bit_cast(std::uint32_t, a) & mask) | (__builtin_bit_cast(std::uint32_t, b) & ~mask));
}

WEIR_HD inline double select(bool condition, double a, double b) { return condition ? a : b; }

namespace detail {

// exp(z) = 2^n (1 + q), in pieces, so that a caller can scale 2^n first to avoid overflow or underflow. For z NaN, q is NaN.
struct ExpPieces {
  float q;             // exp(r) - 1
  std::uint32_t bits;  // the low 9 bits are n + offset, modulo 512
};

// Requires |z| < 2^20 and an integer offset.
WEIR_HD inline ExpPieces exp_pieces(float z, float offset) {
  const float magic = 0x1.8p23F + offset;  // adding it rounds to an integer, which is then in the low mantissa bits
  const float shifted = z * 0x1.715476p+0F + magic;
  const float n = shifted - magic;
  const float r = (z - n * 0x1.62e4p-1F) - n * 0x1.7f7d1cp-20F;
  float p = 0x1.6a248cp-10F;
  p = p * r + 0x1.1239aep-7F;
  p = p * r + 0x1.5558fp-5F;
  p = p * r + 0x1.555492p-3F;
  p = p * r + 0x1.fffffcp-2F;
  return {r + (r * r) * p, __builtin_bit_cast(std::uint32_t, shifted)};
}

// 2^e, where the low 9 bits of `bits` are e + 127, modulo 512; -127 < e < 128. The mantissa is 0, so this is never a NaN.
WEIR_HD inline float power_of_two(std::uint32_t bits) { return __builtin_bit_cast(float, bits << 23); }

}  // namespace detail

// 1 / (1 + exp(-x)) = t / (1 + t) for x < 0, else 1 / (1 + t), with t = exp(-|x|) <= 1. The rounding errors of t and of 1 + t are
// computed and their first-order effect on the quotient is added at the end; its derivatives by t and by 1 + t are expressed by y and
// 1 - y, which saves a second division.
WEIR_HD inline float sigmoid(float x) {
  const bool below = x < 0.0F;
  const float a = -std::fabs(x);
  const float z = a < -104.0F ? -104.0F : a;  // below, the result is 0 or 1; NaN stays
  const auto [q, bits] = detail::exp_pieces(z, 127.0F + 64.0F);
  const float scale = detail::power_of_two(bits);  // 2^64 2^n, as 2^n itself may underflow
  const float high = 1.0F + q;
  const float t = high * scale * 0x1p-64F;
  const float t_lost = (q - (high - 1.0F)) * scale * 0x1p-64F;
  const float d = 1.0F + t;
  const float d_lost = (t - (d - 1.0F)) + t_lost;
  const float y = select(below, t, 1.0F) / d;
  return y + select(below, 1.0F - y, y) * (select(below, t_lost, 0.0F) - y * d_lost);
}

WEIR_HD inline double sigmoid(double x) {
  const double t = std::exp(-std::fabs(x));
  return (x < 0.0 ? t : 1.0) / (1.0 + t);
}

// x + x^3 P(x^2) for |x| < 0.65, where the other formula would cancel; else 1 - 2 / (exp(2 |x|) + 1), with the sign of x.
WEIR_HD inline float tanh(float x) {
  const float a = std::fabs(x);
  const float z = x * x;
  float p = -0x1.697644p-8F;
  p = p * z + 0x1.4f602cp-6F;
  p = p * z - 0x1.b7d022p-5F;
  p = p * z + 0x1.1103f4p-3F;
  p = p * z - 0x1.555524p-2F;
  const float near_zero = x + (x * z) * p;

  const float b = a > 10.0F ? 20.0F : a + a;  // above, the result is 1
  const auto [q, bits] = detail::exp_pieces(b, 127.0F);
  const float t = (1.0F + q) * detail::power_of_two(bits);
  const float elsewhere = 1.0F - 2.0F / (t + 1.0F);
  return std::copysign(select(a < 0.65F, near_zero, elsewhere), x);
}

WEIR_HD inline double tanh(double x) { return std::tanh(x); }

}  // namespace weir::math
