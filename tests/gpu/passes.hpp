#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/layer.hpp>

namespace weir::test {

// The identity, which may be recorded or not, and counts how often the host calls its forward in training.
class Passes : public Layer {
 public:
  Passes(bool capturable, std::shared_ptr<std::int64_t> calls) : capturable_(capturable), calls_(std::move(calls)) {}
  std::string type() const override { return "passes"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "passes"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.backward_needs = Needs::neither;
    return plan;
  }
  void forward(const Context& context, const LayerArgs& args) const override {
    copy(context, args.x[0], args.y);
    if (context.training) ++*calls_;
  }
  void backward(const Context& context, const LayerArgs& args) const override { copy(context, args.dy, args.dx[0]); }
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return capturable_; }

 private:
  bool capturable_;
  std::shared_ptr<std::int64_t> calls_;
};

}  // namespace weir::test
