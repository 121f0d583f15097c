#pragma once

#include <vector>
#include <weir/core/loss.hpp>
#include <weir/layers/every_device.hpp>
#include <weir/layers/reduction.hpp>

namespace weir {

struct MultiMarginOptions {
  int p = 1;                              // 1 or 2
  double margin = 1;                      // a finite number
  std::vector<double> weight = {};        // one for each class, 0 or more; empty: all 1
  Reduction reduction = Reduction::mean;  // the mean divides by the number of positions, not by their weights
};

// The multi-class hinge loss, for scores x [..., classes] and i32 class labels l [...]:
//
//   y = mean over the positions [...] of  w_l / classes  sum over j != l of max(0, margin - x_l + x_j)^p
//
// The mean of y over a batch is torch.nn.MultiMarginLoss. The derivative is 0 where margin - x_l + x_j is 0. ConfigError for a label
// outside [0, classes), and when a gradient of the labels is wanted. Source: Crammer, Singer, "On the algorithmic implementation of
// multiclass kernel-based vector machines" (2001).
class MultiMargin final : public EveryDevice<Loss> {
 public:
  explicit MultiMargin(MultiMarginOptions options = {});  // ConfigError for an option out of range
  static MultiMargin from_config(const Config& config);

  std::string type() const override { return "multi_margin"; }
  Config config() const override;  // only options that differ from the default
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  double divisor(const Shape& output, const ConstTensorView& targets) const override;
  std::optional<Classification> classification(const Shape&, const Shape&) const override { return Classification{}; }

 private:
  MultiMarginOptions options_;
};

}  // namespace weir
