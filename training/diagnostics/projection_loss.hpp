#pragma once

#include <weir/core/loss.hpp>

namespace weir {

// y = sum of target * output over a sample: what turns an output into one number when no loss is given. The gradient of the output
// is the target, so random targets look at every entry of it.
class ProjectionLoss : public Loss {
 public:
  std::string type() const override { return "projection"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "projection"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device device) const override;  // everywhere: on a CUDA device through copies on the host, slow but right
};

}  // namespace weir
