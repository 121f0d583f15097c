#pragma once

#include <cmath>
#include <cstdint>

#include <weir/activations/math.hpp>
#include <weir/core/host_device.hpp>

// Functions for activations of T (float or double) that compute in double and round to T once at the end, so that intermediate results
// neither overflow nor lose accuracy where terms cancel. For T = float they are polynomials with a relative error below 2^-29, made of
// arithmetic, selects and bit operations only, as in math.hpp; for T = double they are the standard library's. NaN in gives NaN out.
//
// Source of the polynomials: activations/coefficients.py (Remez exchange). exp: reduction z = n ln(2) + r. log(1 + t): s = t / (2 + t) and
// the series of the inverse hyperbolic tangent. Tail of the normal distribution at -a: polynomial in w = 3 / (3 + a), after Shepherd and
// Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x" (1981).

namespace weir::math {

// x clamped: max(x, low), min(x, high), and x within [-limit, limit]. NaN stays NaN.
WEIR_HD inline double at_least(double x, double low) { return select(x < low, low, x); }
WEIR_HD inline double at_most(double x, double high) { return select(x > high, high, x); }
WEIR_HD inline double within(double x, double limit) { return at_most(at_least(x, -limit), limit); }

// y, computed from x, rounded to T. A NaN x is returned itself, because which NaN a sum of two NaNs gives depends on operand order.
template <class T>
WEIR_HD inline T rounded(double y, T x) {
  return select(x == x, static_cast<T>(y), x);
}

namespace detail {

// exp(z) = scale (1 + q), scale = 2^n, for |z| <= 700.
struct WideExp {
  double q, scale;
};

WEIR_HD inline WideExp wide_exp(double z) {
  constexpr double magic = 0x1.8p52 + 1023;  // adding it rounds to an integer and leaves n + 1023 in the low mantissa bits
  const double shifted = z * 0x1.71547652b82fep+0 + magic;
  const double r = z - (shifted - magic) * 0x1.62e42fefa39efp-1;
  double p = 0x1.9f08cd8419a44p-13;
  p = p * r + 0x1.6d8cc4e376ebcp-10;
  p = p * r + 0x1.1112703163a7fp-7;
  p = p * r + 0x1.55548e0a7f73cp-5;
  p = p * r + 0x1.55555443d1027p-3;
  p = p * r + 0x1.0000003a053cap-1;
  return {r * (1 + r * p), __builtin_bit_cast(double, __builtin_bit_cast(std::uint64_t, shifted) << 52)};
}

}  // namespace detail

// exp(z). For T = float z is clamped to [-700, 700], whose results of 1e-304 and 1e304 round to 0 and inf as floats.
template <class T>
WEIR_HD inline double exp(double z) {
  if constexpr (sizeof(T) == sizeof(double)) return std::exp(z);
  const auto [q, scale] = detail::wide_exp(within(z, 700));
  return scale + scale * q;
}

// exp(z) - 1; -0 for z = -0.
template <class T>
WEIR_HD inline double expm1(double z) {
  if constexpr (sizeof(T) == sizeof(double)) return std::expm1(z);
  const auto [q, scale] = detail::wide_exp(within(z, 700));
  return std::copysign((scale - 1) + scale * q, z);
}

// log(1 + t) for 0 <= t <= 1.
template <class T>
WEIR_HD inline double log1p(double t) {
  if constexpr (sizeof(T) == sizeof(double)) return std::log1p(t);
  const double s = t / (2 + t);
  const double z = s * s;
  double p = 0x1.f3fa7f876be87p-3;
  p = p * z + 0x1.b6220f71c3a08p-3;
  p = p * z + 0x1.251388034c739p-2;
  p = p * z + 0x1.99962a927cd83p-2;
  p = p * z + 0x1.55555994f0a39p-1;
  p = p * z + 0x1.ffffffff25957p+0;
  return s * p;
}

// 1 / (1 + exp(-z)).
template <class T>
WEIR_HD inline double logistic(double z) {
  return 1 / (1 + exp<T>(-z));
}

// Beyond this the tail of the normal distribution underflows: z * normal_distribution(-z) rounds to 0 in T for all larger z.
template <class T>
inline constexpr double normal_end = sizeof(T) == sizeof(double) ? 40 : 37;

namespace detail {

// exp(-z^2 / 2) for |z| <= normal_end. Without the clamps of exp(), which are not needed here and which g++ would turn into branches.
template <class T>
WEIR_HD inline double bell(double z) {
  if constexpr (sizeof(T) == sizeof(double)) return std::exp(-0.5 * z * z);
  const auto [q, scale] = wide_exp(-0.5 * z * z);
  return scale + scale * q;
}

}  // namespace detail

// exp(-z^2 / 2) / sqrt(2 pi), the density of the standard normal distribution, for |z| <= normal_end.
template <class T>
WEIR_HD inline double normal_density(double z) {
  return detail::bell<T>(z) * 0x1.9884533d43651p-2;
}

// The cumulative normal distribution (1 + erf(z / sqrt(2))) / 2 for |z| <= normal_end; accurate relative to its own value for z < 0 too.
template <class T>
WEIR_HD inline double normal_distribution(double z) {
  if constexpr (sizeof(T) == sizeof(double)) return 0.5 * std::erfc(z * -0x1.6a09e667f3bcdp-1);
  const double w = 3 / (3 + std::fabs(z));
  double p = 0x1.30c5d394dfbf4p-6;
  p = p * w - 0x1.d8c76f275b984p-4;
  p = p * w + 0x1.283289a681afcp-2;
  p = p * w - 0x1.69a5a036f2f45p-2;
  p = p * w + 0x1.9b9c0b652c5fbp-3;
  p = p * w - 0x1.5dfa942d49e9fp-4;
  p = p * w + 0x1.3c3e881dcad73p-4;
  p = p * w + 0x1.54c41220172b5p-4;
  p = p * w + 0x1.e6f28346358e3p-4;
  p = p * w + 0x1.103ed953c7974p-3;
  p = p * w + 0x1.105900ee2573dp-3;
  const double tail = detail::bell<T>(z) * (w * p);
  return (0.5 + std::copysign(0.5, z)) + std::copysign(tail, -z);  // 1 - tail or 0 + tail, without a branch
}

}  // namespace weir::math
