#pragma once

#include <weir/core/loss.hpp>

namespace weir {

// y = sum of target * output over a sample. gradcheck uses it when no loss is given, to turn outputs into one number: the gradient of the
// output is the target, so with random targets every entry of the output matters.
class ProjectionLoss : public Loss {
 public:
  std::string type() const override { return "projection"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "projection"; }
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device device) const override;  // on CUDA through copies to the host: slow, but for tests only
};

}  // namespace weir
