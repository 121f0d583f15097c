#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/loss.hpp>
#include <weir/layers/every_device.hpp>
#include <weir/layers/reduction.hpp>

namespace weir {

struct NegativeLogLikelihoodOptions {
  std::vector<double> weight = {};                // one for each class, 0 or more; empty: all 1
  std::optional<std::int32_t> ignore_index = {};  // positions with this label are ignored; it may be outside [0, classes)
  Reduction reduction = Reduction::mean;          // the mean divides by the sum of the labels' weights
};

// The negative log-likelihood for log-probabilities x [..., classes] and i32 class labels l [...]:
//
//   y = mean over the positions [...] of -w_l x_l      dx_l = -dy w_l / positions
//
// The mean of y over a batch is torch.nn.NLLLoss, except when the weights in a batch add up to 0: then it is 0, and PyTorch's NaN.
// ConfigError for a label outside [0, classes), and when a gradient of the labels is wanted.
class NegativeLogLikelihood final : public EveryDevice<Loss> {
 public:
  explicit NegativeLogLikelihood(NegativeLogLikelihoodOptions options = {});  // ConfigError for an option out of range
  static NegativeLogLikelihood from_config(const Config& config);

  std::string type() const override { return "negative_log_likelihood"; }
  Config config() const override;  // only options that differ from the default
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  double divisor(const Shape& output, const ConstTensorView& targets) const override;
  std::optional<Classification> classification(const Shape&, const Shape&) const override { return Classification{}; }

 private:
  NegativeLogLikelihoodOptions options_;
};

}  // namespace weir
