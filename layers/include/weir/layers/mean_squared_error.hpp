#pragma once

#include <weir/core/loss.hpp>

namespace weir {

// y = mean over features of (x - t)^2, for an output x and a target t of one shape; the mean of y over a batch is torch.nn.MSELoss.
//
//   dx = dy 2 (x - t) / features   dt = -dx
class MeanSquaredError final : public Loss {
 public:
  std::string type() const override { return "mean_squared_error"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "mean_squared_error"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
};

}  // namespace weir
