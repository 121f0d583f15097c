#pragma once

#include <span>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

#include "layers/losses/elementwise_loss_ops.hpp"

// LogitTerm with a pos_weight for each index of the last dimension: x and t [batch, ..., outputs], y and dy [batch], all f32 or f64.
// pos_weight is on the host.

namespace weir::cpu {
// y[i] = factor / divisor * sum of the terms of sample i.
void weighted_logits_forward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                             const ConstTensorView& t, const TensorView& y);
// dx and dt may each be empty: not wanted.
void weighted_logits_backward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                              const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt);
}  // namespace weir::cpu

namespace weir::cuda {
void weighted_logits_forward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                             const ConstTensorView& t, const TensorView& y);
void weighted_logits_backward(const Context& context, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
                              const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt);
}  // namespace weir::cuda
