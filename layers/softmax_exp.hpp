#pragma once

#include <cmath>
#include <concepts>
#include <weir/activations/math.hpp>
#include <weir/core/host_device.hpp>

namespace weir {

// exp(d) for d <= 0 (0 at -inf, NaN for NaN) as softmax_exp(softmax_clamp(d)). For float each of the two steps must be a loop of its own to
// be vectorised (g++ 12 turns the two together into branches); an element's bits do not depend on its position.

// Clamps d from below to a number whose exp is 0 or nearly so. NaN stays NaN.
template <std::floating_point T>
WEIR_HD inline T softmax_clamp(T d) {
  constexpr T least = sizeof(T) == sizeof(float) ? T(-104) : T(-746);
  return d < least ? least : d;
}

// exp(z) of a clamped z, with the float polynomial of math.hpp.
WEIR_HD inline float softmax_exp(float z) {
  const auto [q, bits] = math::detail::exp_pieces(z, 127.0F + 64.0F);
  return (1.0F + q) * math::detail::power_of_two(bits) * 0x1p-64F;  // scaled in two steps, since 2^n may be smaller than any float
}

WEIR_HD inline double softmax_exp(double z) { return std::exp(z); }

}  // namespace weir
