#pragma once

#include <cstdint>
#include <weir/core/host_device.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Operations on gradients before an update and on parameters after it. All blocks of a call are of one dtype, f32 or f64, except sums,
// which are f64. Callers have checked them.

namespace weir {

inline constexpr std::int64_t square_tile = 4096;  // elements of each partial sum

// An update of an average of the parameters w after the step whose number is *step + first_step; see WeightAverage.
struct AverageUpdate {
  double decay = 0;
  std::uint64_t every = 1, start = 0;
  std::uint64_t first = 0;  // the step whose parameters are copied; 0: there is an average already
  std::uint64_t first_step = 0;
  const std::uint64_t* step = nullptr;  // these two are in the device's memory
  const std::uint64_t* skip = nullptr;  // nullptr: never skips

  WEIR_HD std::uint64_t number() const { return *step + first_step; }
  WEIR_HD bool due() const { return (skip == nullptr || *skip == 0) && number() > start && number() % every == 0; }
};

// average + weight (w - average) as torch.lerp computes it: exact for the weights 0 and 1, and where both are equal.
template <class T>
struct Lerp {
  T weight;
  WEIR_HD T operator()(T average, T w) const {
    return weight < T(0.5) ? average + weight * (w - average) : w - (w - average) * (T(1) - weight);
  }
};

// g += l1 sign(w) + l2 w.
WEIR_OPERATION(add_penalties, const ConstTensorView& w, double l1, double l2, const TensorView& g);
// Clamps each element of g to [-limit, limit].
WEIR_OPERATION(clip_values, double limit, const TensorView& g);
// sum [1] = sum of x^2; partial is scratch of ceil(elements / square_tile) numbers.
WEIR_OPERATION(sum_squares, const ConstTensorView& x, const TensorView& partial, const TensorView& sum);
// g *= min(1, limit / (sqrt(sum of sums) + 1e-6)).
WEIR_OPERATION(clip_norm, const ConstTensorView& sums, double limit, const TensorView& g);
// Scales rows of w [rows, width] whose norm exceeds limit to norm limit; does nothing if *skip is not 0 (nullptr: always runs).
WEIR_OPERATION(limit_rows, double limit, const std::uint64_t* skip, const TensorView& w);
// y = a + factor x, or factor x where a is empty; y may be a or x.
WEIR_OPERATION(accumulate, const ConstTensorView& a, double factor, const ConstTensorView& x, const TensorView& y);
// average = average + (1 - decay) (w - average), or w at the first update; does nothing unless update.due().
WEIR_OPERATION(update_average, const AverageUpdate& update, const ConstTensorView& w, const TensorView& average);

}  // namespace weir
