#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/loss.hpp>
#include <weir/layers/reduction.hpp>

namespace weir {

struct SoftmaxCrossEntropyOptions {
  double label_smoothing = 0;                     // in [0, 1]: this share of the target goes to all classes alike
  std::vector<double> weight = {};                // one a class, 0 or more; empty: 1 each
  std::optional<std::int32_t> ignore_index = {};  // positions with this label count nowhere, in or out of the classes
  Reduction reduction = Reduction::mean;          // with labels the mean divides by the sum of their weights
};

// The cross entropy of softmax(x), from logits x [..., classes], in one pass and without overflow:
//
//   y = mean over the leading positions of  sum over j of t_j (log(sum over k of exp(x_k)) - x_j)
//   dx_j = dy (softmax(x)_j sum(t) - t_j) / positions
//
// The target t is either class labels, i32 of the leading shape (t is 1 at the label), or probabilities of x's own shape. With options t_j
// is replaced by w_j ((1 - label_smoothing) t_j + label_smoothing / classes). The mean of y over a batch is torch.nn.CrossEntropyLoss of
// the same options, but for a batch whose weights add up to 0: its loss is 0, PyTorch's NaN.
//
// A NaN or +infinity among the logits of a position makes y NaN; -infinity is a class of probability 0, whose term is 0 where t_j is 0.
// Probabilities get a gradient too, without options; labels have none (ConfigError). A label outside [0, classes) is a ConfigError from
// check_targets, and from forward on the CPU before it writes.
class SoftmaxCrossEntropy final : public Loss {
 public:
  explicit SoftmaxCrossEntropy(SoftmaxCrossEntropyOptions options = {});  // ConfigError for an option outside its range
  static SoftmaxCrossEntropy from_config(const Config& config);

  const SoftmaxCrossEntropyOptions& options() const { return options_; }

  std::string type() const override { return "softmax_cross_entropy"; }
  Config config() const override;  // the options that are not the default's
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }

  // Labels in range; probabilities finite, not below 0, and of sum 1 to within 0.001 (u8 ones, which are scaled later, are not looked at).
  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  double divisor(const Shape& output, const ConstTensorView& targets) const override;
  bool classifies(const Shape& output, const Shape& target) const override;  // labels, not probabilities

 private:
  SoftmaxCrossEntropyOptions options_;
  bool plain_ = true;  // the targets are what they are
};

}  // namespace weir
