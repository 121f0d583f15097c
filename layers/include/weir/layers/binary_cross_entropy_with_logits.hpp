#pragma once

#include <cmath>
#include <string_view>
#include <tuple>
#include <vector>

#include <weir/core/host_device.hpp>
#include <weir/core/option.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// The binary cross entropy of sigmoid(x) for a target t from 0 to 1, computed from the logit x without overflow:
//   pos_weight t softplus(-x) + (1 - t) softplus(x)      (softplus(x) = log(1 + exp(x)))
struct LogitTerm {
  static constexpr std::string_view name = "binary_cross_entropy_with_logits";
  double pos_weight = 1;  // weight of positive targets; above 0
  Reduction reduction = Reduction::mean;
  static constexpr std::tuple options{Option{"pos_weight", &LogitTerm::pos_weight, OptionRange::positive}};

  static constexpr std::string_view targets = "0 to 1";
  bool takes(double t) const { return t >= 0 && t <= 1; }
  static constexpr double threshold = 0;  // a logit above this predicts the target 1, else 0

  template <class T>
  WEIR_HD static T softplus(T x) {
    return std::log1p(std::exp(x < T(0) ? x : -x)) + (x < T(0) ? T(0) : x);
  }

  template <class T>
  WEIR_HD T value(T x, T t) const {
    return static_cast<T>(pos_weight) * t * softplus(-x) + (T(1) - t) * softplus(x);
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    const T e = std::exp(x < T(0) ? x : -x), small = e / (T(1) + e), large = T(1) / (T(1) + e);  // sigmoid(-|x|), sigmoid(|x|)
    return (T(1) - t) * (x < T(0) ? small : large) - static_cast<T>(pos_weight) * t * (x < T(0) ? large : small);
  }
  template <class T>
  WEIR_HD T dt(T x, T) const {
    return static_cast<T>(pos_weight) * softplus(-x) - softplus(x);
  }
};

struct BinaryCrossEntropyWithLogitsOptions {
  std::vector<double> pos_weight = {1};  // weight of positive targets, above 0: one for all outputs, or one for each output (on the CPU)
  Reduction reduction = Reduction::mean;
};

// torch.nn.BCEWithLogitsLoss: the mean, sum or batch_mean of LogitTerm. Output and target have the same shape [...]; several pos_weight
// apply along the last dimension.
class BinaryCrossEntropyWithLogits final : public EveryDevice<Loss> {
 public:
  explicit BinaryCrossEntropyWithLogits(BinaryCrossEntropyWithLogitsOptions options = {});  // ConfigError for an option out of range
  static BinaryCrossEntropyWithLogits from_config(const Config& config);

  const BinaryCrossEntropyWithLogitsOptions& options() const& { return options_; }
  const BinaryCrossEntropyWithLogitsOptions& options() const&& = delete;

  std::string type() const override { return std::string(LogitTerm::name); }
  Config config() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

  void check_targets(const Shape& output, const ConstTensorView& targets) const override { plain_.check_targets(output, targets); }
  double divisor(const Shape& output, const ConstTensorView& targets) const override { return plain_.divisor(output, targets); }
  std::optional<Classification> classification(const Shape& output, const Shape& target) const override {
    return plain_.classification(output, target);
  }

 private:
  bool weighs_outputs() const { return options_.pos_weight.size() != 1; }

  BinaryCrossEntropyWithLogitsOptions options_;
  ElementwiseLoss<LogitTerm> plain_;  // for a single pos_weight
};

}  // namespace weir
