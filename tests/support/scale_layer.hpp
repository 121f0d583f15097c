#pragma once

#include <weir/core/error.hpp>
#include <weir/core/loss.hpp>

// Small user-defined layers for tests of core, which must not depend on the layers room.

namespace weir::test {

// y = factor * w * x with one learned scalar w, initially 1. f64 only.
class Scale : public Layer {
 public:
  explicit Scale(std::int64_t factor, bool in_place = false) : factor_(factor), in_place_(in_place) {}
  std::string type() const override { return "scale"; }
  Config config() const override { return Config().set("factor", factor_); }
  std::string describe() const override { return "scale(" + std::to_string(factor_) + ")"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.parameters = {{"w", Shape{}, Initializer::constant(1)}};
    plan.backward_needs = in_place_ ? Needs::y : Needs::x;
    plan.in_place = in_place_;
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    const double w = args.parameters[0].values<double>()[0];
    const auto x = args.x[0].values<double>();
    const auto y = args.y.values<double>();
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<double>(factor_) * w * x[i];
  }
  void backward(const Context&, const LayerArgs& args) const override {
    const double w = args.parameters[0].values<double>()[0];
    const auto dy = args.dy.values<double>();
    double dw = 0;
    for (std::size_t i = 0; i < dy.size(); ++i) {
      dw += dy[i] * (in_place_ ? args.y.values<double>()[i] / w : static_cast<double>(factor_) * args.x[0].values<double>()[i]);
    }
    if (!args.dparameters[0].empty()) args.dparameters[0].values<double>()[0] = dw;
    if (args.dx[0].empty()) return;
    const auto dx = args.dx[0].values<double>();
    for (std::size_t i = 0; i < dy.size(); ++i) dx[i] = static_cast<double>(factor_) * w * dy[i];
  }

 private:
  std::int64_t factor_;
  bool in_place_;
};

// y = sum of all inputs. f64 only.
class Sum : public Layer {
 public:
  std::string type() const override { return "sum"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "sum"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    for (const Shape& shape : inputs) {
      if (shape != inputs[0]) throw ShapeError("got " + to_string(inputs[0]) + " and " + to_string(shape) + ", expected equal shapes.");
    }
    LayerPlan plan;
    plan.output = inputs[0];
    plan.backward_needs = Needs::neither;
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    const auto y = args.y.values<double>();
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = 0;
      for (const ConstTensorView& x : args.x) y[i] += x.values<double>()[i];
    }
  }
  void backward(const Context&, const LayerArgs& args) const override {
    for (const TensorView& dx : args.dx) {
      if (dx.empty()) continue;
      for (std::size_t i = 0; i < dx.values<double>().size(); ++i) dx.values<double>()[i] = args.dy.values<double>()[i];
    }
  }
};

// loss = sum over features of target * output, so that the gradient is the target. f64 only.
class Weighted : public Loss {
 public:
  std::string type() const override { return "weighted"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "weighted"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    if (inputs[0] != inputs[1]) throw ShapeError("got " + to_string(inputs[1]) + ", expected " + to_string(inputs[0]) + ".");
    LayerPlan plan;
    plan.backward_needs = Needs::x;
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    const auto x = args.x[0].values<double>(), t = args.x[1].values<double>();
    const auto y = args.y.values<double>();
    const std::size_t width = x.size() / y.size();
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = 0;
      for (std::size_t j = 0; j < width; ++j) y[i] += x[i * width + j] * t[i * width + j];
    }
  }
  void backward(const Context&, const LayerArgs& args) const override {
    const auto t = args.x[1].values<double>(), dy = args.dy.values<double>();
    const auto dx = args.dx[0].values<double>();
    const std::size_t width = dx.size() / dy.size();
    for (std::size_t i = 0; i < dx.size(); ++i) dx[i] = dy[i / width] * t[i];
  }
};

}  // namespace weir::test
