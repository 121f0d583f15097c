// Training against PyTorch: the same initial weights and batches must give the same losses and weights.
// The reference is tests/reference/training.txt, made by make_training.py beside it.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/array.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/support/layer_runner.hpp"
#include "tests/support/reference.hpp"

using namespace weir;
using weir::test::Reference;

namespace {

const Reference& reference() {
  static const Reference loaded(WEIR_TEST_REFERENCE "/training.txt");
  return loaded;
}

const char* const optimizers[] = {"sgd", "sgd_decay", "momentum", "momentum_decay", "nesterov", "nesterov_decay", "adam", "adam_decay"};
const char* const activations[] = {"relu", "leaky_relu", "tanh", "sigmoid"};

AnyOptimizer optimizer_of(const std::string& name) {
  const auto number = [&](const char* option, double otherwise) { return reference().number(name + "." + option, otherwise); };
  if (reference().word(name + ".kind") == "adam") {
    return Adam({.lr = number("lr", 1e-3),
                 .beta1 = number("beta1", 0.9),
                 .beta2 = number("beta2", 0.999),
                 .eps = number("eps", 1e-8),
                 .weight_decay = number("weight_decay", 0)});
  }
  return SGD({.lr = number("lr", 1e-3),
              .momentum = number("momentum", 0),
              .dampening = number("dampening", 0),
              .weight_decay = number("weight_decay", 0),
              .nesterov = reference().has_word(name + ".nesterov")});
}

Tensor tensor_of(const std::string& name, DType dtype) {
  const auto& array = reference().array(name);
  return test::tensor(array.values, Shape(array.extents), dtype);
}

// The largest error over an array of the reference; NaN stays NaN, and fails.
template <class Error>
double worst_of(const std::vector<double>& got, const std::string& name, Error error) {
  const auto& expected = reference().array(name).values;
  REQUIRE(got.size() == expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double e = error(got[i], expected[i]);
    if (!(e <= largest)) largest = std::isnan(e) ? std::numeric_limits<double>::infinity() : e;
  }
  return largest;
}

double absolute(double got, double expected) { return std::abs(got - expected); }
double relative(double got, double expected) { return std::abs(got - expected) / std::abs(expected); }

// One case of the reference, ready to train.
struct Case {
  Case(const std::string& optimizer_name, const std::string& activation, DType dtype)
      : name(optimizer_name + "." + activation),
        optimizer(optimizer_of(optimizer_name)),
        model(network(activation), {.dtype = dtype, .max_batch = batch}),
        inputs(tensor_of("data.inputs", dtype)) {
    for (const ArenaEntry& entry : model.parameters()) copy(tensor_of("initial." + entry.name, dtype), model.parameter(entry.name));
    const std::string& kind = reference().word(name + ".loss");
    if (kind == "mean_squared_error") {
      loss = MeanSquaredError();
      targets = tensor_of("data.values", dtype);
    } else {
      loss = SoftmaxCrossEntropy();
      targets = kind == "cross_entropy_labels" ? tensor_of("data.labels", DType::i32) : tensor_of("data.probabilities", dtype);
    }
  }

  static Graph network(const std::string& activation) {
    const ActivationFunction function = activation == "leaky_relu" ? LeakyReLU{0.1} : activation_by_name(activation);
    return sequential({5}, Dense(7), function, Dense(4));
  }

  // The loss of each of 100 steps, in a hand-written loop.
  std::vector<double> train() {
    model.plan_training(loss, {targets.shape().without_front()});
    std::vector<double> losses;
    for (std::int64_t begin = 0; losses.size() < 100; begin = begin + batch < inputs.shape()[0] ? begin + batch : 0) {
      const std::int64_t count = std::min(batch, inputs.shape()[0] - begin);
      const ConstTensorView x = inputs.view().rows(begin, count), t = targets.view().rows(begin, count);
      model.backward({.inputs = {&x, 1}, .targets = {&t, 1}, .sample_weights = {}});
      losses.push_back(model.loss());
      step(model, *optimizer);
    }
    return losses;
  }

  double worst_final_error() const {
    double worst = 0;
    for (const ArenaEntry& entry : model.parameters()) {
      worst = std::max(worst, worst_of(test::numbers(model.parameter(entry.name)), name + ".final." + entry.name, absolute));
    }
    return worst;
  }

  static constexpr std::int64_t batch = 8;
  std::string name;
  AnyOptimizer optimizer;
  Model model;
  Tensor inputs, targets;
  Losses loss;
};

template <class Check>
void for_each_case(DType dtype, Check check) {
  REQUIRE(reference().word("batch") == std::to_string(Case::batch));
  for (const char* optimizer : optimizers) {
    for (const char* activation : activations) {
      Case c(optimizer, activation, dtype);
      CAPTURE(c.name);
      check(c);
    }
  }
}

}  // namespace

TEST_CASE("pytorch: losses and weights of 100 steps in double are equal to within 1e-9") {
  double worst_loss = 0, worst_weight = 0;
  for_each_case(DType::f64, [&](Case& c) {
    const double loss = worst_of(c.train(), c.name + ".losses", absolute), weight = c.worst_final_error();
    CHECK(loss <= 1e-9);
    CHECK(weight <= 1e-9);
    worst_loss = std::max(worst_loss, loss);
    worst_weight = std::max(worst_weight, weight);
  });
  MESSAGE("largest difference of a loss ", worst_loss, ", of a final weight ", worst_weight);
}

TEST_CASE("pytorch: losses of 100 steps in float are equal to within 1e-4 of themselves") {
  double to_float = 0, to_double = 0;
  for_each_case(DType::f32, [&](Case& c) {
    const std::vector<double> losses = c.train();
    CHECK(worst_of(losses, c.name + ".losses_f32", relative) <= 1e-4);
    CHECK(worst_of(losses, c.name + ".losses", relative) <= 1e-4);
    to_float = std::max(to_float, worst_of(losses, c.name + ".losses_f32", relative));
    to_double = std::max(to_double, worst_of(losses, c.name + ".losses", relative));
  });
  MESSAGE("largest relative difference from PyTorch's float ", to_float, ", from its double ", to_double);
}

// 25 samples in batches of 8 are 4 steps an epoch, the last with 1 sample.
TEST_CASE("pytorch: fit in file order takes the same 100 steps") {
  for_each_case(DType::f64, [&](Case& c) {
    const Dataset data(c.inputs.clone(), c.targets.clone());
    std::vector<double> losses;
    fit(c.model, data,
        {.loss = c.loss,
         .optimizer = c.optimizer,
         .epochs = 25,
         .batch = Case::batch,
         .shuffle = false,
         .on_step = [&](const StepReport& report) {
           losses.push_back(report.loss);
           return Control::go_on;
         }});
    CHECK(worst_of(losses, c.name + ".losses", absolute) <= 1e-9);
    CHECK(c.worst_final_error() <= 1e-9);
  });
}
