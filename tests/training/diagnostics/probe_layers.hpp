#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/loss.hpp>

#include "tests/support/passing_layer.hpp"

// User-written layers that observe training, or produce a NaN at a chosen step. On the CPU; f64, except BadLoss.

namespace weir::test {

// y = x; records the first feature of every sample in training.
class Witness : public PassingLayer {
 public:
  explicit Witness(std::shared_ptr<std::vector<double>> seen) : PassingLayer("witness"), seen_(std::move(seen)) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    const auto x = args.x[0].values<double>();
    const std::size_t width = x.size() / static_cast<std::size_t>(args.batch);
    for (std::size_t i = 0; context.training && i < x.size(); i += width) seen_->push_back(x[i]);
  }
  bool runs_on(Device device) const override { return device.is_cpu(); }

 private:
  std::shared_ptr<std::vector<double>> seen_;
};

// y = x + b with one learned number b and a batch counter as state. In training step number `when` (from 0) it sets the second number of
// its output, or the gradient of b, to `value`.
class Bomb : public Layer {
 public:
  enum class Target { output, gradient };
  Bomb(Target target, std::uint64_t when, double value = std::numeric_limits<double>::quiet_NaN())
      : target_(target), when_(when), value_(value) {}
  std::string type() const override { return "bomb"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "bomb"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.parameters = {{"b", Shape{}, Initializer::zeros()}};
    plan.state = {{"count", Shape{}, 0}};
    plan.backward_needs = Needs::neither;
    return plan;
  }
  void forward(const Context& context, const LayerArgs& args) const override {
    const auto x = args.x[0].values<double>();
    const auto y = args.y.values<double>();
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] + args.parameters[0].values<double>()[0];
    if (!context.training) return;
    args.state_next[0].values<double>()[0] = args.state[0].values<double>()[0] + 1;
    if (target_ == Target::output && *context.step == when_) y[1] = value_;
  }
  void backward(const Context& context, const LayerArgs& args) const override {
    const auto dy = args.dy.values<double>();
    double sum = 0;
    for (const double g : dy) sum += g;
    if (target_ == Target::gradient && *context.step == when_) sum = value_;
    if (!args.dparameters[0].empty()) args.dparameters[0].values<double>()[0] = sum;
    if (!args.dx[0].empty()) std::copy(dy.begin(), dy.end(), args.dx[0].values<double>().begin());
  }

 private:
  Target target_;
  std::uint64_t when_;
  double value_;
};

// A loss that is 1, except for a chosen value for the second sample; all gradients are 0.
class BadLoss : public Loss {
 public:
  explicit BadLoss(double value) : value_(value) {}
  std::string type() const override { return "bad_loss"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "bad_loss"; }
  LayerPlan infer(std::span<const Shape>) const override { return {}; }
  void forward(const Context&, const LayerArgs& args) const override {
    fill(args.y, 1);
    if (args.batch > 1) fill(args.y.rows(1, 1), value_);
  }
  void backward(const Context&, const LayerArgs& args) const override { fill(args.dx[0], 0); }

 private:
  double value_;
};

}  // namespace weir::test
