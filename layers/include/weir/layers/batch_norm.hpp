#pragma once

#include <cstdint>
#include <weir/layers/every_device.hpp>

namespace weir {

struct BatchNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = true;  // false: no weight and bias
};

// y = weight (x - mean) / sqrt(var + eps) + bias for each feature. In training mode mean and var are those of the batch (var divided by the
// batch size), else the running statistics. torch.nn.BatchNorm1d, with its defaults. Ioffe, Szegedy, "Batch normalization" (2015).
//
//   x [features]   weight, bias [features]   y [features]   state: running_mean, running_var [features]      f32, f64
//   running = (1 - momentum) running + momentum * statistic of the batch, where var is divided by batch - 1
//
// fit throws ConfigError before its first step if a batch would have one sample, which has no variance.
class BatchNorm final : public EveryDevice<Layer> {
 public:
  // ConfigError unless eps > 0 and momentum is in [0, 1].
  explicit BatchNorm(BatchNormOptions options = {});

  std::string type() const override { return "batch_norm"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  std::int64_t least_training_batch(std::span<const Shape>) const override { return 2; }

 private:
  BatchNormOptions options_;
};

}  // namespace weir
