#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

// The message of the NumericError that fit throws; the Model must stay as after its last good step.
std::string fit_fails(Model& model, const Dataset& data, FitOptions options) {
  std::unique_ptr<Snapshot> good;
  options.on_step = [&](const StepReport&) {
    good = std::make_unique<Snapshot>(model);
    return Control::go_on;
  };
  options.on_epoch = [&](const EpochReport&) {
    good = std::make_unique<Snapshot>(model);
    return Control::go_on;
  };
  const Snapshot before(model);
  try {
    fit(model, data, options);
  } catch (const NumericError& error) {
    const Snapshot after(model);
    if (good) {
      CHECK(after == *good);
    } else {
      CHECK(after.parameters == before.parameters);
      CHECK(after.moments == before.moments);
      CHECK(after.optimizer == before.optimizer);
    }
    return error.what();
  }
  return "no error";
}

FitOptions sgd_options(double lr, std::int64_t epochs = 1) {
  return {.loss = MeanSquaredError(), .optimizer = SGD({.lr = lr}), .epochs = epochs, .batch = 4, .shuffle = false};
}

// A Model with two parameters whose gradients are written by the test.
struct TwoNumbers {
  explicit TwoNumbers(DType dtype = DType::f32) : model(sequential({1}, Dense(1)), {.dtype = dtype}), x(Shape{1, 1}, dtype) {
    copy(tensor({1}, Shape{1, 1}, dtype), model.parameter("0.weight"));
    copy(tensor({2}, Shape{1}, dtype), model.parameter("0.bias"));
    model.plan_training(BadLoss(1), {Shape{1}});  // a loss of 1 for any parameters
  }
  void step(const Optimizer& optimizer, double weight_gradient, double bias_gradient, StepOptions options = {}) {
    const ConstTensorView views[] = {x};
    model.backward({.inputs = views, .targets = views, .sample_weights = {}});
    const auto& entries = model.parameters();
    fill(model.gradient_arena().rows(entries[0].offset, 1), weight_gradient);
    fill(model.gradient_arena().rows(entries[1].offset, 1), bias_gradient);
    weir::step(model, optimizer, options);
  }
  double weight() { return numbers(model.parameter("0.weight"))[0]; }
  double bias() { return numbers(model.parameter("0.bias"))[0]; }

  Model model;
  Tensor x;
};

}  // namespace

TEST_CASE("nonfinite: a layer that goes bad in the second epoch is named with its step") {
  for (const bool fuse : {true, false}) {
    Model model(sequential({3}, Dense(2), Bomb(Bomb::Target::output, 4), Dense(1)), {.dtype = DType::f64, .fuse = fuse});
    CHECK(
        fit_fails(model, curve(10), sgd_options(0.01, 3)) ==
        "fit: step 5: the output of 1 (bomb) is nan at [0, 1], expected finite numbers. The Model is as it was before this step. Lower the "
        "learning rate or look at the data.");
    CHECK(model.training_state().step == 4);
    CHECK(numbers(model.state("1.count"))[0] == 4);
  }
}

TEST_CASE("nonfinite: a gradient that goes bad is named with its layer") {
  Model model(sequential({3}, Dense(2), Bomb(Bomb::Target::gradient, 1, -infinity), Dense(1)), {.dtype = DType::f64});
  CHECK(fit_fails(model, curve(10), sgd_options(0.01)) ==
        "fit: step 2: the gradient of 1.b is -inf at [], expected finite numbers. The Model is as it was before this step. Lower the "
        "learning rate or look at the data.");
}

TEST_CASE("nonfinite: a loss that goes bad while the gradients do not is named") {
  for (const double value : {infinity, not_a_number}) {
    Model model(sequential({3}, Dense(2)), {.dtype = DType::f64});
    FitOptions options = sgd_options(0.01);
    options.loss = BadLoss(value);
    CHECK(fit_fails(model, curve(10), options) ==
          std::string("fit: step 1: loss 0 (bad_loss) is ") + (value == infinity ? "inf" : "nan") +
              " at [1], expected finite numbers. The Model is as it was before this step. Lower the "
              "learning rate or look at the data.");
  }
}

TEST_CASE("nonfinite: a bad parameter from outside is named before what it spoils") {
  Model model(sequential({3}, Dense(2), ReLU(), Dense(1)), {.dtype = DType::f64});
  model.parameter("2.weight").values<double>()[1] = not_a_number;
  CHECK(fit_fails(model, curve(10), sgd_options(0.01)) ==
        "fit: step 1: the parameter 2.weight is nan at [0, 1], expected finite numbers. The Model is as it was before this step. Lower the "
        "learning rate or look at the data.");
}

TEST_CASE("nonfinite: a step that diverges ends where it leaves the numbers there are") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const AnyOptimizer& optimizer :
         {AnyOptimizer(SGD({.lr = 50})), AnyOptimizer(SGD({.lr = 50, .momentum = 0.9})), AnyOptimizer(Adam({.lr = 1e150}))}) {
      Model model(sequential({3}, Dense(4), Dense(1)), {.dtype = dtype});
      FitOptions options = sgd_options(1, 1000);
      options.optimizer = optimizer;
      const std::string message = fit_fails(model, curve(10), options);
      CAPTURE(message);
      CHECK(message.starts_with("fit: step "));
      CHECK(message.ends_with(
          ", expected finite numbers. The Model is as it was before this step. Lower the learning rate or look at the data."));
      for (const double w : numbers(model.parameter_arena())) CHECK(std::isfinite(w));
    }
  }
}

TEST_CASE("nonfinite: an update that overflows is undone") {
  TwoNumbers two;
  const SGD sgd({.lr = 1e30});
  two.step(sgd, 1, -1);  // far above the safe magnitude, but finite
  CHECK(two.weight() == static_cast<double>(-1e30F));
  CHECK(two.bias() == static_cast<double>(1e30F));
  const Snapshot before(two.model);
  CHECK_THROWS_WITH_AS(
      two.step(sgd, 0, -1e9),
      "step: step 2: the update by sgd(lr=1e+30, momentum=0, dampening=0, weight_decay=0, nesterov=false) would make 0.bias inf "
      "at [0], expected finite numbers. The Model is as it was before this step. Lower the learning rate or look at the data.",
      NumericError);
  CHECK(Snapshot(two.model) == before);
  CHECK_THROWS_WITH_AS(
      two.step(SGD({.lr = 1, .weight_decay = 1e30}), 1, 0),
      "step: step 2: the update by sgd(lr=1, momentum=0, dampening=0, weight_decay=1e+30, nesterov=false) would make 0.weight inf "
      "at [0, 0], expected finite numbers. The Model is as it was before this step. Lower the learning rate or look at the data.",
      NumericError);
  CHECK(Snapshot(two.model) == before);
}

TEST_CASE("nonfinite: a parameter near the end of the numbers is looked after at any learning rate") {
  TwoNumbers two;
  copy(tensor({3.3e38}, Shape{1}, DType::f32), two.model.parameter("0.bias"));
  const Snapshot before(two.model);
  CHECK_THROWS_WITH_AS(
      two.step(SGD({.lr = 6e18}), 1, -6e18),  // each within sgd's safe magnitude in f32, 6.5e18
      "step: step 1: the update by sgd(lr=6e+18, momentum=0, dampening=0, weight_decay=0, nesterov=false) would make 0.bias inf "
      "at [0], expected finite numbers. The Model is as it was before this step. Lower the learning rate or look at the data.",
      NumericError);
  CHECK(Snapshot(two.model) == before);
}

TEST_CASE("nonfinite: a moment that overflows is undone") {
  TwoNumbers two;
  two.step(Adam(), 1, 1);
  const Snapshot before(two.model);
  CHECK_THROWS_WITH_AS(
      two.step(Adam(), 1, 1e25),
      "step: step 2: the update by adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0, amsgrad=false) would make moment 2 of "
      "0.bias inf at [0], expected finite numbers. The Model is as it was before this step. Lower the learning rate or look at "
      "the data.",
      NumericError);
  CHECK(Snapshot(two.model) == before);
  two.step(Adam(), 1, 1e15);  // whose square is finite
  CHECK(two.model.training_state().step == 2);
}

TEST_CASE("nonfinite: a first step that fails leaves another optimizer its moments") {
  TwoNumbers two;
  two.step(Adam(), 1, 1);
  const Snapshot before(two.model);
  CHECK_THROWS_AS(two.step(SGD({.momentum = 0.9}), not_a_number, 1), NumericError);
  CHECK_THROWS_AS(two.step(SGD({.lr = 1e30, .momentum = 0.9}), 1e20, 1), NumericError);
  CHECK(Snapshot(two.model) == before);
}

TEST_CASE("nonfinite: step names the gradient and changes nothing") {
  for (const double bad : {not_a_number, infinity, -infinity}) {
    TwoNumbers two(DType::f64);
    const Snapshot before(two.model);
    const std::string value = std::isnan(bad) ? "nan" : bad > 0 ? "inf" : "-inf";
    const std::string message =
        "step: step 1: the gradient of 0.bias is " + value +
        " at [0], expected finite numbers. The Model is as it was before this step. Lower the learning rate or look at "
        "the data.";
    CHECK_THROWS_WITH_AS(two.step(Adam(), 1, bad), message.c_str(), NumericError);
    CHECK(Snapshot(two.model) == before);
  }
}

TEST_CASE("nonfinite: without the check bad numbers go into the parameters") {
  TwoNumbers two;
  two.step(SGD(), 1, not_a_number, {.check_finite = false});
  CHECK(two.weight() == static_cast<double>(1 - 1e-3F));
  CHECK(std::isnan(two.bias()));
  CHECK(two.model.training_state().step == 1);

  Model model(sequential({3}, Dense(2), Bomb(Bomb::Target::output, 4), Dense(1)), {.dtype = DType::f64});
  FitOptions options = sgd_options(0.01, 3);
  options.check_finite = false;
  fit(model, curve(10), options);
  CHECK(model.training_state().step == 9);
  CHECK(std::isnan(numbers(model.parameter("0.weight"))[0]));
}

// A user's optimizer without a safe_magnitude: w = w - lr g.
class Plain : public Optimizer {
 public:
  std::string type() const override { return "plain"; }
  Config config() const override { return Config().set("lr", 1.0); }
  std::vector<std::string> moments() const override { return {}; }
  double learning_rate() const override { return 1; }
  void update(const Context&, const UpdateArgs& args) const override {
    const auto w = args.w.values<double>();
    for (std::size_t i = 0; i < w.size(); ++i) w[i] -= *args.learning_rate * args.g.values<double>()[i];
  }
};

TEST_CASE("nonfinite: an optimizer that does not tell is looked at after every step") {
  TwoNumbers two(DType::f64);
  copy(tensor({-1e308}, Shape{1}, DType::f64), two.model.parameter("0.bias"));
  two.step(Plain(), 0.5, 0);
  CHECK(two.weight() == 0.5);
  const Snapshot before(two.model);
  CHECK_THROWS_WITH_AS(
      two.step(Plain(), 0.5, 1e308),
      "step: step 2: the update by plain(lr=1) would make 0.bias -inf at [0], expected finite numbers. The Model is as it was "
      "before this step. Lower the learning rate or look at the data.",
      NumericError);
  CHECK(Snapshot(two.model) == before);
}
