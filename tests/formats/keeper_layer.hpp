#pragma once

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/registry.hpp>

namespace weir::test {

// A user's layer with something of every kind to save: any Config, a parameter "gain" [], a running statistic "mean" of its input's shape
// and "count" []. Takes one compute input, then u8 and i32 ones. y = x0.
class Keeper : public Layer {
 public:
  explicit Keeper(Config config) : config_(std::move(config)) {}
  std::string type() const override { return "formats_test.keeper"; }
  Config config() const override { return config_; }
  std::string describe() const override { return "keeper"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.parameters = {{"gain", Shape{}, Initializer::constant(1)}};
    plan.state = {{"mean", inputs[0], 0.25}, {"count", Shape{}, 7}};
    plan.inputs = {Storage::compute, Storage::u8, Storage::i32};
    plan.inputs.resize(inputs.size());
    return plan;
  }
  void forward(const Context& context, const LayerArgs& args) const override { copy(context, args.x[0], args.y); }
  void backward(const Context& context, const LayerArgs& args) const override {
    if (!args.dx[0].empty()) copy(context, args.dy, args.dx[0]);
    if (!args.dparameters[0].empty()) fill(context, args.dparameters[0], 0);
  }

  static void make_known() {
    static const bool done = [] {
      register_layer("formats_test.keeper", [](const Config& config) { return std::make_unique<Keeper>(config); });
      return true;
    }();
    static_cast<void>(done);
  }

 private:
  Config config_;
};

}  // namespace weir::test
