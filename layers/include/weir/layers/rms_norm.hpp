#pragma once

#include <weir/layers/every_device.hpp>

namespace weir {

struct RMSNormOptions {
  double eps = 0x1p-23;            // machine epsilon of f32
  bool elementwise_affine = true;  // false: no weight
};

// y = weight x / sqrt(mean of x^2 + eps), the mean over the last dimension of each sample. torch.nn.RMSNorm(n), with its default for
// floats. Zhang, Sennrich, "Root mean square layer normalization" (2019).
//
//   x [..., n]   weight [n]   y [..., n]      f32, f64
class RMSNorm final : public EveryDevice<Layer> {
 public:
  explicit RMSNorm(RMSNormOptions options = {});  // ConfigError unless eps > 0

  std::string type() const override { return "rms_norm"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

 private:
  RMSNormOptions options_;
};

}  // namespace weir
