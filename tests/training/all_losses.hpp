#pragma once

#include <memory>
#include <vector>
#include <weir/layers/binary_cross_entropy.hpp>
#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/layers/hinge.hpp>
#include <weir/layers/huber.hpp>
#include <weir/layers/kl_divergence.hpp>
#include <weir/layers/mean_absolute_error.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/poisson.hpp>
#include <weir/layers/smooth_l1.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/gradcheck.hpp>

namespace weir::test {

// A loss, the shapes of an output and its target, and the range of its inputs.
struct LossCase {
  std::shared_ptr<const Loss> loss;
  std::vector<Shape> shapes;
  GradcheckOptions options = {};
};

// Every loss, with options and reductions.
inline std::vector<LossCase> all_losses() {
  const auto make = []<class L>(L loss) { return std::make_shared<const L>(std::move(loss)); };
  const std::vector<double> weights = {0.5, 2, 0, 1.25};
  const GradcheckOptions inside{.low = 0.05, .high = 0.95, .zeros = false};  // probabilities and rates
  const std::vector<Shape> equal = {{4}, {4}}, labels = {{4}, {}}, rows = {{2, 4}, {2}};
  return {
      {make(MeanSquaredError({.reduction = Reduction::sum})), equal},
      {make(MeanAbsoluteError()), equal},
      {make(MeanAbsoluteError({.reduction = Reduction::batch_mean})), {{2, 3}, {2, 3}}},
      {make(Huber()), equal},
      {make(Huber({.delta = 0.3})), equal},
      {make(SmoothL1({.beta = 0.5})), equal},
      {make(SmoothL1({.beta = 0})), equal, {.sample_weights = true}},
      {make(Hinge()), equal},
      {make(BinaryCrossEntropy()), equal, inside},
      {make(BinaryCrossEntropyWithLogits()), equal},
      {make(BinaryCrossEntropyWithLogits({.pos_weight = {2.5}, .reduction = Reduction::sum})), {{2, 3}, {2, 3}}, {.low = -20, .high = 20}},
      {make(BinaryCrossEntropyWithLogits({.pos_weight = {2.5, 0.5, 1, 4}})), equal, {.sample_weights = true}},
      {make(KLDivergence({.reduction = Reduction::batch_mean})), equal},
      {make(KLDivergence({.log_target = true})), equal},
      {make(PoissonNegativeLogLikelihood()), equal},
      {make(PoissonNegativeLogLikelihood({.log_input = false, .eps = 1e-3})), equal, inside},
      {make(NegativeLogLikelihood()), labels},
      {make(NegativeLogLikelihood({.weight = weights, .ignore_index = 1})), rows, {.batch = 5}},
      {make(NegativeLogLikelihood({.reduction = Reduction::sum})), rows},
      {make(MultiMargin()), labels},
      {make(MultiMargin({.p = 2, .margin = 0.5, .weight = weights, .reduction = Reduction::sum})), rows},
      {make(SoftmaxCrossEntropy({.label_smoothing = 0.1})), labels},
      {make(SoftmaxCrossEntropy({.label_smoothing = 0.2, .weight = weights, .ignore_index = 3})), rows, {.batch = 5}},
      {make(SoftmaxCrossEntropy({.weight = weights, .reduction = Reduction::batch_mean})), {{4}, {4}}},
      {make(SoftmaxCrossEntropy({.weight = weights})), labels, {.sample_weights = true}},
  };
}

}  // namespace weir::test
