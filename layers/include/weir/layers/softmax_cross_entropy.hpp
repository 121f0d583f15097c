#pragma once

#include <weir/core/loss.hpp>

namespace weir {

// The cross entropy of softmax(x), from logits x [..., classes], in one pass and without overflow:
//
//   y = mean over the leading positions of  sum over j of t_j (log(sum over k of exp(x_k)) - x_j)
//   dx_j = dy (softmax(x)_j sum(t) - t_j) / positions
//
// The target t is either class labels, i32 of the leading shape (t is 1 at the label), or probabilities of x's own shape. The mean of y
// over a batch is torch.nn.CrossEntropyLoss(reduction="mean"). A NaN or +infinity among the logits of a position makes y NaN; -infinity
// is a class of probability 0, whose term is 0 where t_j is 0. Probabilities get a gradient too; labels have none (ConfigError).
// A label outside [0, classes) is a ConfigError from check_targets, and from forward on the CPU before it writes.
class SoftmaxCrossEntropy final : public Loss {
 public:
  std::string type() const override { return "softmax_cross_entropy"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "softmax_cross_entropy"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }

  // Labels in range; probabilities finite, not below 0, and of sum 1 to within 0.001 (u8 ones, which are scaled later, are not looked at).
  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  bool classifies(const Shape& output, const Shape& target) const override;  // labels, not probabilities
};

}  // namespace weir
