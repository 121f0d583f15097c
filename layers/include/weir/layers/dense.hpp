#pragma once

#include <cstdint>
#include <optional>
#include <weir/activations/function.hpp>
#include <weir/layers/every_device.hpp>

namespace weir {

struct DenseOptions {
  bool bias = true;
  std::optional<Initializer> weight = {};            // default: he_uniform(sqrt(5)), which is U(-1/sqrt(in), 1/sqrt(in))
  std::optional<Initializer> bias_initializer = {};  // default: U(-1/sqrt(in), 1/sqrt(in))
  bool relu_drops_nan = false;                       // lets CUDA use a fused ReLU that is less exact at NaN and 0: see Dense
};

// y = x W^T + b along the last dimension; all dimensions before it count as samples. torch.nn.Linear, with its defaults.
//
//   x [..., in]   weight [out, in]   bias [out]   y [..., out]      f32, f64
//   dW = dy^T x   db = sum of dy over samples   dx = dy W
//
// A Dense that is fused with an activation f computes y = f(x W^T + b) while each tile of the product is in cache; the bits are the same.
//
// With relu_drops_nan cuBLASLt may compute a fused ReLU and its gradient inside the products, by a bit mask, which saves two passes over y.
// But a NaN may then become 0 in y and go unnoticed, and ReLU's gradient at exactly 0 and at NaN is either 0 or dy. No effect on the CPU,
// without a bias, or where cuBLASLt does not support it.
class Dense final : public EveryDevice<Layer> {
 public:
  // ConfigError for out below 1, or a bias initializer without a bias.
  explicit Dense(std::int64_t out, DenseOptions options = {});

  // Makes the layer again from its config(). ConfigError when an entry is missing or invalid.
  static Dense from_config(const Config& config);

  std::int64_t out() const { return out_; }
  const DenseOptions& options() const& { return options_; }
  const DenseOptions& options() const&& = delete;
  const std::optional<ActivationFunction>& activation() const& { return activation_; }
  const std::optional<ActivationFunction>& activation() const&& = delete;  // of the fused activation layer

  std::string type() const override { return "dense"; }
  Config config() const override;
  std::string describe() const override;  // "dense(128)", "dense(128, no bias)", "dense(128) + relu"
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  std::int64_t multiply_adds(std::span<const Shape> inputs) const override { return inputs[0].elements() * out_; }
  std::unique_ptr<Layer> absorb(const Layer& next) const override;  // fuses with an Activation

 private:
  std::int64_t out_;
  DenseOptions options_;
  std::optional<ActivationFunction> activation_;
};

}  // namespace weir
