#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <weir/core/layer.hpp>

namespace weir::test {

// y = f(x) element by element, with a given derivative of x, y and dy, which may be wrong on purpose. f64 only.
class PlantedActivation : public Layer {
 public:
  using Forward = std::function<double(double x)>;
  using Backward = std::function<double(double x, double y, double dy)>;

  // `needs` is what the plan says backward reads, which may be wrong on purpose.
  PlantedActivation(Forward forward, Backward backward, Needs needs = Needs::both, bool in_place = false)
      : forward_(std::move(forward)), backward_(std::move(backward)), needs_(needs), in_place_(in_place) {}

  std::string type() const override { return "planted_activation"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "planted_activation"; }

  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.backward_needs = needs_;
    plan.in_place = in_place_;
    return plan;
  }

  void forward(const Context&, const LayerArgs& args) const override {
    const auto x = args.x[0].values<double>();
    const auto y = args.y.values<double>();
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = forward_(x[i]);
  }

  void backward(const Context&, const LayerArgs& args) const override {
    if (args.dx[0].empty()) return;
    const auto x = args.x[0].values<double>(), dy = args.dy.values<double>();
    const auto y = args.y.values<double>(), dx = args.dx[0].values<double>();
    for (std::size_t i = 0; i < x.size(); ++i) dx[i] = backward_(x[i], y[i], dy[i]);
  }

 private:
  Forward forward_;
  Backward backward_;
  Needs needs_;
  bool in_place_;
};

inline double relu_of(double x) { return x <= 0 ? 0 : x; }
inline double leaky_relu_of(double x) { return x > 0 ? x : 0.3 * x; }
inline double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
inline double tanh_of(double x) { return std::tanh(x); }

}  // namespace weir::test
