// Upper bounds of gradients that layers provide: never too small, and never the only reason to reject a step.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <weir/core/threads.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>

#include "core/max_abs.hpp"
#include "core/model/model_access.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

double largest(const ConstTensorView& block) {
  double most = 0;
  for (const double number : numbers(block)) most = std::isnan(number) ? number : std::max(most, std::abs(number));
  return most;
}

// Targets chosen so that the gradients have this magnitude.
Dataset far_off(std::int64_t samples, std::int64_t features, double size, DType dtype = DType::f32) {
  std::mt19937 random(3);
  const auto draw = [&] { return static_cast<double>(random()) * 0x1p-31 - 1; };
  std::vector<double> x, t;
  for (std::int64_t i = 0; i < samples * features; ++i) x.push_back(draw());
  for (std::int64_t i = 0; i < samples; ++i) t.push_back(size * draw());
  return Dataset(tensor(x, {samples, features}, dtype), tensor(t, {samples, 1}, dtype));
}

void run_backward(Model& model, const Dataset& data) {
  model.plan_training(MeanSquaredError(), {{1}});
  const std::vector<ConstTensorView> inputs = {data.inputs()[0].values}, targets = {data.targets()[0].values};
  model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
}

// A layer that calls a Dense and changes the gradient afterwards.
class Scaled final : public Layer {
 public:
  explicit Scaled(float by) : by_(by) {}
  std::string type() const override { return "scaled"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "scaled"; }
  LayerPlan infer(std::span<const Shape> inputs) const override { return inner_.infer(inputs); }
  void forward(const Context& context, const LayerArgs& args) const override { inner_.forward(context, args); }
  void backward(const Context& context, const LayerArgs& args) const override {
    inner_.backward(context, args);
    for (float& g : args.dparameters[0].values<float>()) g *= by_;
  }

 private:
  Dense inner_{1};
  float by_;
};

}  // namespace

TEST_CASE("gradient bounds: what a layer does to a gradient that another made is looked at") {
  Model model(sequential({61}, Scaled(std::numeric_limits<float>::infinity())), {.max_batch = 8});
  const auto before = bits(model.parameter_arena());
  CHECK_THROWS_AS(fit(model, far_off(8, 61, 1), {.loss = MeanSquaredError(), .optimizer = SGD(), .batch = 8}), NumericError);
  CHECK(bits(model.parameter_arena()) == before);
}

TEST_CASE("gradient bounds: no magnitude is above and small ones stay below two") {
  std::mt19937 random(5);
  for (const std::int64_t rows : {1, 3, 4, 9, 32}) {
    for (const std::int64_t n : {1, 7, 16, 61}) {
      std::vector<float> block(static_cast<std::size_t>(rows * (n + 5)), std::numeric_limits<float>::quiet_NaN());
      double most = 0;
      for (std::int64_t i = 0; i < rows * n; ++i) {
        const double number = (static_cast<double>(random()) * 0x1p-31 - 1) * std::exp2(static_cast<double>(random() % 40) - 39);
        most = std::max(
            most, std::abs(static_cast<double>(block[static_cast<std::size_t>(i / n * (n + 5) + i % n)] = static_cast<float>(number))));
      }
      const double bound = magnitude_bound(block.data(), n, rows, n + 5);
      CHECK(bound >= most);
      CHECK(bound < 2);
      for (const float bad :
           {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), block[static_cast<std::size_t>(n)]}) {
        std::vector<float> spoilt = block;
        spoilt[static_cast<std::size_t>((rows - 1) * (n + 5) + n - 1)] = bad;
        CHECK_FALSE(std::isfinite(magnitude_bound(spoilt.data(), n, rows, n + 5)));
      }
    }
  }
}

TEST_CASE("gradient bounds: a dense layer knows one of its weights and nobody else of anything") {
  const int before = num_threads();
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const bool fuse : {true, false}) {
      for (const int threads : {1, 3}) {
        set_num_threads(threads);
        Model model(sequential({61}, Dense(130), LayerNorm(), ReLU(), Dense(1)), {.dtype = dtype, .max_batch = 1100, .fuse = fuse});
        run_backward(model, far_off(1100, 61, 1, dtype));
        int known = 0;
        for (const BoundedGradient& gradient : ModelAccess::gradients(model)) {
          const double most = largest(model.gradient_arena().rows(gradient.offset, gradient.count));
          CHECK(*gradient.bound >= most);
          known += *gradient.bound < 2 ? 1 : 0;
        }
        CHECK(ModelAccess::gradients(model).size() == 6);
        CHECK(known == 2);
      }
    }
  }
  set_num_threads(before);
}

// w = 0, so that output and loss are small; x is near the largest finite number, and only the gradient of w overflows.
TEST_CASE("gradient bounds: a weights gradient that alone is not finite ends the step") {
  for (const std::int64_t width : {1, 40}) {
    Model model(sequential({width}, Dense(1, {.weight = Initializer::zeros()})), {.max_batch = 2});
    std::vector<double> x(static_cast<std::size_t>(2 * width), 0);
    x.back() = 3e38;
    const Dataset data(tensor(x, {2, width}, DType::f32), tensor({0, -9}, {2, 1}, DType::f32));
    const auto before = bits(model.parameter_arena());
    CHECK_THROWS_AS(fit(model, data, {.loss = MeanSquaredError(), .optimizer = SGD({.lr = 1e-3}), .batch = 2}), NumericError);
    CHECK(bits(model.parameter_arena()) == before);
    CHECK(model.training_state().step == 0);
  }
}

// Bounds of the last micro-batch do not hold for the sum over micro-batches.
TEST_CASE("gradient bounds: of several batches that make a step the sum is looked at") {
  Model model(sequential({1}, Dense(1, {.weight = Initializer::zeros()})), {.max_batch = 2});
  const Dataset data(tensor({3e38, 3e38, 0, 0}, {4, 1}, DType::f32), tensor({-9, -9, 0, 0}, {4, 1}, DType::f32));
  const auto before = bits(model.parameter_arena());
  const FitOptions options{.loss = MeanSquaredError(), .optimizer = SGD({.lr = 1e-3}), .batch = 2, .accumulate = 2, .shuffle = false};
  CHECK_THROWS_AS(fit(model, data, options), NumericError);
  CHECK(bits(model.parameter_arena()) == before);
}

// For magnitudes around 2 the bound by bit patterns may be infinite; then the exact check must accept the step.
TEST_CASE("gradient bounds: large gradients are looked at and trained with") {
  for (const double size : {1.0, 1e3, 1e6}) {
    Model model(sequential({61}, Dense(30), ReLU(), Dense(1)), {.max_batch = 50}), literal(model.graph(), {.max_batch = 50});
    const Dataset data = far_off(50, 61, size);
    const FitOptions options{.loss = MeanSquaredError(), .optimizer = SGD({.lr = 1e-9}), .epochs = 3, .batch = 50, .shuffle = false};
    FitOptions unchecked = options;
    unchecked.check_finite = false;
    fit(model, data, options);
    fit(literal, data, unchecked);
    CHECK(bits(model.parameter_arena()) == bits(literal.parameter_arena()));
    CHECK(std::isfinite(*ModelAccess::gradients(model)[0].bound) == (size == 1));  // of the first weight; both cases occur
  }
}
