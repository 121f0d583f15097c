#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/layers/reduction.hpp>

// Targets as weights of classes, on either device: from labels (i32) [batch, ...] or probabilities [batch, ..., classes] t becomes
//   to[..., j] = r w_j ((1 - smoothing) t_j + smoothing / classes)      (t_j of a label: 1 there, 0 elsewhere; 0 for one to be ignored)
// [batch, ..., classes], f32 or f64. With labels w_j is the label's weight in the first part. r makes the mean over the batch of the mean
// over positions what the reduction says: for labels and the mean it is batch positions / the sum of the labels' weights, or 0 without any.

namespace weir {

struct ClassTargets {
  std::span<const double> weights = {};  // on the host; empty: 1 each
  double smoothing = 0;
  std::optional<std::int32_t> ignore_index = {};
  Reduction reduction = Reduction::mean;
};

}  // namespace weir

namespace weir::cpu {
void class_targets(const Context& context, const ClassTargets& options, const ConstTensorView& t, const TensorView& to);
}  // namespace weir::cpu

namespace weir::cuda {
void class_targets(const Context& context, const ClassTargets& options, const ConstTensorView& t, const TensorView& to);
}  // namespace weir::cuda
