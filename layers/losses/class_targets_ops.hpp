#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <weir/core/tensor_view.hpp>
#include <weir/layers/reduction.hpp>

#include "core/operation.hpp"

// Converts targets into weights of classes [batch, ..., classes], f32 or f64, on either device. Labels (i32) are [batch, ...], t_j being 1
// at the label and 0 elsewhere (0 everywhere if ignored); probabilities t are [batch, ..., classes].
//   to[..., j] = r w_j ((1 - smoothing) t_j + smoothing / classes)
// r applies the reduction: the loss is the mean over the batch of the mean over positions of the terms. For labels and Reduction::mean r is
// batch positions / the sum of the labels' weights, or 0 if that sum is 0.

namespace weir {

struct ClassTargets {
  std::span<const double> weights = {};  // on the host; empty: all 1
  double smoothing = 0;
  std::optional<std::int32_t> ignore_index = {};
  Reduction reduction = Reduction::mean;
};

WEIR_OPERATION(class_targets, const ClassTargets& options, const ConstTensorView& t, const TensorView& to);

}  // namespace weir
