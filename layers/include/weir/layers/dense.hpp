#pragma once

#include <cstdint>
#include <optional>
#include <weir/activations/function.hpp>
#include <weir/core/layer.hpp>

namespace weir {

struct DenseOptions {
  bool bias = true;
  std::optional<Initializer> weight = {};            // default: he_uniform(sqrt(5)), which is U(-1/sqrt(in), 1/sqrt(in))
  std::optional<Initializer> bias_initializer = {};  // default: U(-1/sqrt(in), 1/sqrt(in))
  bool relu_drops_nan = false;                       // ReLU less exact at NaN and 0: see Dense
};

// y = x W^T + b, on the last dimension; every dimension before it counts as samples. torch.nn.Linear, with its defaults.
//
//   x [..., in]   weight [out, in]   bias [out]   y [..., out]      f32, f64
//   dW = dy^T x   db = sum of dy over samples   dx = dy W
//
// A Dense that has absorbed an activation f computes y = f(x W^T + b) while each tile of the product is in cache, to the same bits.
//
// With relu_drops_nan a CUDA device's library may do an absorbed ReLU and its gradient inside the products, by a mask of bits: two passes
// over y less, but there a NaN may become 0 in y instead of being seen, and the ReLU's gradient at exactly 0 and at NaN is 0 or dy, as the
// library has it. Nothing changes on the CPU, without a bias, or where the library does not offer it.
class Dense final : public Layer {
 public:
  // ConfigError for a width below 1, or a bias initializer without a bias.
  explicit Dense(std::int64_t out, DenseOptions options = {});

  // A layer that behaves as the one whose config() this is. ConfigError when an entry is missing or makes no sense.
  static Dense from_config(const Config& config);

  std::int64_t out() const { return out_; }
  const DenseOptions& options() const { return options_; }
  const std::optional<ActivationFunction>& activation() const { return activation_; }  // what was absorbed

  std::string type() const override { return "dense"; }
  Config config() const override;
  std::string describe() const override;  // "dense(128)", "dense(128, no bias)", "dense(128) + relu"
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::int64_t multiply_adds(std::span<const Shape> inputs) const override { return inputs[0].elements() * out_; }
  std::unique_ptr<Layer> absorb(const Layer& next) const override;  // an Activation

 private:
  std::int64_t out_;
  DenseOptions options_;
  std::optional<ActivationFunction> activation_;
};

}  // namespace weir
