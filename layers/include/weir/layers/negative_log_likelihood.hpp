#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/loss.hpp>
#include <weir/layers/reduction.hpp>

namespace weir {

struct NegativeLogLikelihoodOptions {
  std::vector<double> weight = {};                // one a class, 0 or more; empty: 1 each
  std::optional<std::int32_t> ignore_index = {};  // positions with this label count nowhere, in or out of the classes
  Reduction reduction = Reduction::mean;          // the mean divides by the sum of the labels' weights
};

// -w_l x_l for log-probabilities x [..., classes] and class labels l, i32 of the leading shape:
//
//   y = mean over the leading positions of -w_l x_l      dx_l = -dy w_l / positions
//
// The mean of y over a batch is torch.nn.NLLLoss, but for a batch whose weights add up to 0: its loss is 0, PyTorch's NaN. Labels have no
// gradient (ConfigError); one outside [0, classes) is a ConfigError, as in SoftmaxCrossEntropy.
class NegativeLogLikelihood final : public Loss {
 public:
  explicit NegativeLogLikelihood(NegativeLogLikelihoodOptions options = {});  // ConfigError for an option outside its range
  static NegativeLogLikelihood from_config(const Config& config);

  std::string type() const override { return "negative_log_likelihood"; }
  Config config() const override;  // the options that are not the default's
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }

  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  double divisor(const Shape& output, const ConstTensorView& targets) const override;
  bool classifies(const Shape& output, const Shape& target) const override {
    return output.rank() > 0 && target.rank() + 1 == output.rank();
  }

 private:
  NegativeLogLikelihoodOptions options_;
};

}  // namespace weir
