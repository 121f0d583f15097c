#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/loss.hpp>
#include <weir/layers/every_device.hpp>
#include <weir/layers/reduction.hpp>

namespace weir {

struct SoftmaxCrossEntropyOptions {
  double label_smoothing = 0;                     // in [0, 1]: this fraction of the target is spread evenly over all classes
  std::vector<double> weight = {};                // one for each class, 0 or more; empty: all 1
  std::optional<std::int32_t> ignore_index = {};  // positions with this label are ignored; it may be outside [0, classes)
  Reduction reduction = Reduction::mean;          // for labels the mean divides by the sum of their weights
};

// The cross entropy of softmax(x) from logits x [..., classes], without overflow:
//
//   y = mean over the positions [...] of  sum over j of t_j (log(sum over k of exp(x_k)) - x_j)
//   dx_j = dy (softmax(x)_j sum(t) - t_j) / positions
//
// Targets are either class labels, i32 [...] (t is 1 at the label, else 0), or probabilities t [..., classes]. With options t_j becomes w_j
// ((1 - label_smoothing) t_j + label_smoothing / classes). The mean of y over a batch is torch.nn.CrossEntropyLoss with the same options,
// except when the weights in a batch add up to 0: then it is 0, and PyTorch's NaN.
//
// A NaN or +infinity among the logits of a position makes y NaN; -infinity is a class of probability 0, whose term is 0 where t_j is 0.
// Without options probabilities get a gradient too; labels have none (ConfigError). check_targets throws ConfigError for a label outside
// [0, classes), and so does forward on the CPU before it writes.
class SoftmaxCrossEntropy final : public EveryDevice<Loss> {
 public:
  explicit SoftmaxCrossEntropy(SoftmaxCrossEntropyOptions options = {});  // ConfigError for an option out of range
  static SoftmaxCrossEntropy from_config(const Config& config);

  const SoftmaxCrossEntropyOptions& options() const& { return options_; }
  const SoftmaxCrossEntropyOptions& options() const&& = delete;

  std::string type() const override { return "softmax_cross_entropy"; }
  Config config() const override;  // only options that differ from the default
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

  // Labels must be in range; probabilities finite, not negative, with sum 1 within 0.001 (u8 targets are not checked, because they are
  // scaled later).
  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  double divisor(const Shape& output, const ConstTensorView& targets) const override;
  std::optional<Classification> classification(const Shape& output, const Shape& target) const override;  // by label, or by largest

 private:
  SoftmaxCrossEntropyOptions options_;
  bool plain_ = true;  // no option changes the targets
};

}  // namespace weir
