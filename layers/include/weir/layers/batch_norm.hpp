#pragma once

#include <cstdint>
#include <weir/core/layer.hpp>

namespace weir {

struct BatchNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = true;  // false: neither weight nor bias
};

// y = weight (x - mean) / sqrt(var + eps) + bias for each feature, mean and var being those of the batch while training (var divided by the
// batch), and the running ones else. torch.nn.BatchNorm1d, with its defaults. Ioffe, Szegedy, "Batch normalization" (2015).
//
//   x [features]   weight, bias [features]   y [features]   state: running_mean, running_var [features]      f32, f64
//   running = (1 - momentum) running + momentum of the batch, var there divided by the batch - 1
//
// A training batch of one sample has no variance: ConfigError, from fit before its first step.
class BatchNorm final : public Layer {
 public:
  // ConfigError for an eps that is not above 0 or a momentum outside [0, 1].
  explicit BatchNorm(BatchNormOptions options = {});

  std::string type() const override { return "batch_norm"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::int64_t least_training_batch(std::span<const Shape>) const override { return 2; }

 private:
  BatchNormOptions options_;
};

}  // namespace weir
