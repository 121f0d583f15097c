#pragma once

#include <cmath>
#include <concepts>
#include <weir/activations/math.hpp>
#include <weir/core/host_device.hpp>

namespace weir {

// exp(d) for d <= 0 in two steps, from 0 at -inf, NaN for NaN: softmax_exp(softmax_clamp(d)). In float each step is a loop that vectorises
// when they are two loops (g++ 12 turns the two together into branches), and an element's bits do not depend on its place.

// The nearest number at which exp is not 0 yet or just is.
template <std::floating_point T>
WEIR_HD inline T softmax_clamp(T d) {
  constexpr T least = sizeof(T) == sizeof(float) ? T(-104) : T(-746);
  return d < least ? least : d;
}

// exp(z) of a clamped z, by math.hpp's float form.
WEIR_HD inline float softmax_exp(float z) {
  const auto [q, bits] = math::detail::exp_pieces(z, 127.0F + 64.0F);
  return (1.0F + q) * math::detail::power_of_two(bits) * 0x1p-64F;  // in two steps: 2^n may be below every float
}

WEIR_HD inline double softmax_exp(double z) { return std::exp(z); }

}  // namespace weir
