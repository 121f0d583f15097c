#pragma once

#include <string>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/layer.hpp>

namespace weir::test {

// y = x, on every device. Base class of test layers that observe or disturb training.
class PassingLayer : public Layer {
 public:
  explicit PassingLayer(std::string name) : name_(std::move(name)) {}
  std::string type() const override { return name_; }
  Config config() const override { return {}; }
  std::string describe() const override { return name_; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.backward_needs = Needs::neither;
    return plan;
  }
  void forward(const Context& context, const LayerArgs& args) const override { copy(context, args.x[0], args.y); }
  void backward(const Context& context, const LayerArgs& args) const override {
    if (!args.dx[0].empty()) copy(context, args.dy, args.dx[0]);
  }
  bool runs_on(Device) const override { return true; }

 private:
  std::string name_;
};

}  // namespace weir::test
