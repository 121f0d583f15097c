#include <doctest/doctest.h>

#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

void backward(Model& model, const Dataset& data) {
  const ConstTensorView x[] = {data.inputs()[0].values}, t[] = {data.targets()[0].values};
  model.backward({.inputs = x, .targets = t, .sample_weights = {}});
}

}  // namespace

TEST_CASE("step: moves the parameters against the gradient and counts") {
  Model model = regression();
  const Dataset data = curve(5);
  model.plan_training(MeanSquaredError(), {Shape{1}});
  backward(model, data);
  const auto before = numbers(model.parameter("2.weight")), gradient = numbers(model.gradient("2.weight"));
  const auto before_bias = numbers(model.parameter("0.bias")), gradient_bias = numbers(model.gradient("0.bias"));
  step(model, SGD({.lr = 0.25}));
  const auto after = numbers(model.parameter("2.weight")), after_bias = numbers(model.parameter("0.bias"));
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i] == before[i] - 0.25 * gradient[i]);
  for (std::size_t i = 0; i < before_bias.size(); ++i) CHECK(after_bias[i] == before_bias[i] - 0.25 * gradient_bias[i]);
  CHECK(model.training_state().step == 1);
  CHECK(model.training_state().epochs == 0);
}

TEST_CASE("step: moments go on from call to call and into fit") {
  const Dataset data = curve(5);
  Model stepped = regression(), fitted = regression();
  stepped.plan_training(MeanSquaredError(), {Shape{1}});
  const FitOptions one = {.loss = MeanSquaredError(), .optimizer = Adam({.lr = 0.1}), .batch = 5, .shuffle = false};
  for (int i = 0; i < 3; ++i) {
    backward(stepped, data);
    step(stepped, Adam({.lr = 0.1}));
    fit(fitted, data, one);
  }
  CHECK(bits(stepped.parameter_arena()) == bits(fitted.parameter_arena()));
  fit(stepped, data, one);
  fit(fitted, data, one);
  CHECK(bits(stepped.parameter_arena()) == bits(fitted.parameter_arena()));
}

TEST_CASE("step: needs gradients") {
  Model model = regression();
  CHECK_THROWS_WITH_AS(step(model, SGD()), "model: has no gradients. Call plan_training first.", ConfigError);
}
