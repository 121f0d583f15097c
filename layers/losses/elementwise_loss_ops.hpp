#pragma once

#include <cstdint>
#include <span>
#include <weir/core/tensor_view.hpp>
#include <weir/layers/reduction.hpp>

#include "core/operation.hpp"
#include "layers/losses/elementwise_terms.hpp"

// Elementwise losses on either device: x and t [batch, ...] of one shape, y and dy [batch], all f32 or f64.

namespace weir {

// Any elementwise term, including WeightedTerm, which is not a loss of its own.
template <class V>
struct WithWeightedTerm;
template <class... F>
struct WithWeightedTerm<std::variant<F...>> {
  using type = std::variant<F..., WeightedTerm>;
};
using AnyTerm = WithWeightedTerm<ElementwiseTerm>::type;

// Factor and divisor of a sample's sum of terms.
struct TermScale {
  double factor = 1;
  double divisor = 1;
};

// The scale that gives y of each sample, whose mean over the batch is the loss.
TermScale term_scale(Reduction reduction, const ConstTensorView& x, std::int64_t batch);

// y[i] = factor / divisor * sum of the terms of sample i.
WEIR_OPERATION(elementwise_loss_forward, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x, const ConstTensorView& t,
               const TensorView& y);
// dx and dt may each be empty: not wanted.
WEIR_OPERATION(elementwise_loss_backward, const AnyTerm& term, const TermScale& scale, const ConstTensorView& x, const ConstTensorView& t,
               const ConstTensorView& dy, const TensorView& dx, const TensorView& dt);

// The same for LogitTerm with a pos_weight (on the host) for each index of the last dimension: x and t are [batch, ..., outputs].
WEIR_OPERATION(weighted_logits_forward, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
               const ConstTensorView& t, const TensorView& y);
WEIR_OPERATION(weighted_logits_backward, std::span<const double> pos_weight, const TermScale& scale, const ConstTensorView& x,
               const ConstTensorView& t, const ConstTensorView& dy, const TensorView& dx, const TensorView& dt);

}  // namespace weir
