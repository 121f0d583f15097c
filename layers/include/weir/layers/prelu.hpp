#pragma once

#include <cstdint>
#include <weir/layers/every_device.hpp>

namespace weir {

// y = x where x > 0, else weight x, with a learned weight: one for all, or one for each entry of the first dimension of a sample (PyTorch's
// channels). torch.nn.PReLU, with its defaults. He, Zhang, Ren, Sun, "Delving deep into rectifiers" (2015).
//
//   x [c, ...]   weight [1] or [c]   y [c, ...]      f32, f64
//   dx = dy where x > 0, else weight dy   dweight = sum of x dy where x <= 0
class PReLU final : public EveryDevice<Layer> {
 public:
  // ConfigError for num_parameters below 1 or an init that is not finite.
  explicit PReLU(std::int64_t num_parameters = 1, double init = 0.25);

  std::string type() const override { return "prelu"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

 private:
  std::int64_t num_parameters_;
  double init_;
};

}  // namespace weir
