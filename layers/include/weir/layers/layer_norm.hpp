#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;  // false: no weight and bias
};

// y = weight (x - mean) / sqrt(var + eps) + bias, mean and var (divided by n) over the last dimension of each sample.
// torch.nn.LayerNorm(n), with its defaults. Ba, Kiros, Hinton, "Layer normalization" (2016).
//
//   x [..., n]   weight, bias [n]   y [..., n]      f32, f64
class LayerNorm final : public EveryDevice<Layer> {
 public:
  explicit LayerNorm(LayerNormOptions options = {});  // ConfigError unless eps > 0

  std::string type() const override { return "layer_norm"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

 private:
  LayerNormOptions options_;
};

}  // namespace weir
