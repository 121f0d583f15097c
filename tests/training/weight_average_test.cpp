// The moving average of the parameters: FitOptions::average and averaged_model.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>
#include <weir/core/threads.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// y = w x with w = 1 at first.
Model line(DType dtype = DType::f64) {
  Model model(sequential({1}, Dense(1, {.bias = false})), {.dtype = dtype});
  fill(model.parameter_arena(), 1);
  return model;
}

// The loss of y = w x is w^2. With SGD at a rate of 0.1 each step, of all four samples, multiplies w by 0.8.
Dataset towards_zero() {
  return Dataset(tensor(std::vector<double>(4, 1), {4, 1}, DType::f64), tensor(std::vector<double>(4, 0), {4, 1}, DType::f64));
}
FitOptions line_options(std::int64_t epochs, const WeightAverage& average) {
  return {.loss = MeanSquaredError(), .optimizer = SGD({.lr = 0.1}), .average = average, .epochs = epochs, .batch = 4};
}
double weight_after(std::int64_t steps) { return std::pow(0.8, steps); }

double average_of(const Model& model) { return numbers(model.training_state().average.values)[0]; }

// The parameters after each step, and what a plain loop over them gives.
template <class T>
struct Trace {
  std::vector<std::vector<T>> parameters;

  FitOptions watch(FitOptions options, Model& model, std::uint64_t stop_after = 0) {
    options.on_step = [this, &model, stop_after](const StepReport& report) {
      const auto values = model.parameter_arena().values<T>();
      parameters.emplace_back(values.begin(), values.end());
      return report.total_steps == stop_after ? Control::stop : Control::go_on;
    };
    return options;
  }

  std::vector<T> average(const WeightAverage& options) const {
    std::vector<T> result;
    const T weight = static_cast<T>(1 - options.decay);
    for (std::size_t step = 1; step <= parameters.size(); ++step) {
      if (step <= static_cast<std::size_t>(options.start) || step % static_cast<std::size_t>(options.every) != 0) continue;
      const std::vector<T>& now = parameters[step - 1];
      if (result.empty()) {
        result = now;
        continue;
      }
      for (std::size_t i = 0; i < now.size(); ++i) {
        const T gap = now[i] - result[i];
        result[i] = weight < T(0.5) ? result[i] + weight * gap : now[i] - gap * (T(1) - weight);
      }
    }
    return result;
  }
};

template <class T>
bool equal(const Model& model, const std::vector<T>& expected) {
  const auto values = model.training_state().average.values.values<T>();
  return std::equal(values.begin(), values.end(), expected.begin(), expected.end());
}

}  // namespace

TEST_CASE("average: it is the sum of all weights with powers of the decay") {
  for (const double decay : {0.3, 0.5, 0.9, 0.999}) {
    for (const std::int64_t steps : {1, 2, 7, 40}) {
      CAPTURE(decay);
      CAPTURE(steps);
      Model model = line();
      fit(model, towards_zero(), line_options(steps, {.decay = decay}));
      double expected = std::pow(decay, steps - 1) * weight_after(1);
      for (std::int64_t k = 2; k <= steps; ++k) expected += (1 - decay) * std::pow(decay, steps - k) * weight_after(k);
      CHECK(average_of(model) == doctest::Approx(expected).epsilon(1e-14));
      CHECK(numbers(model.parameter_arena())[0] == doctest::Approx(weight_after(steps)).epsilon(1e-14));
      CHECK(model.training_state().average.updates == static_cast<std::uint64_t>(steps));
    }
  }
}

TEST_CASE("average: a decay of 0 is the last step and of 1 the first one to the bit") {
  const Dataset all = blobs(37);
  for (const double decay : {0.0, 1.0}) {
    Model model = classifier();
    Trace<float> trace;
    fit(model, all,
        trace.watch({.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .average = WeightAverage{.decay = decay}, .epochs = 2, .batch = 8},
                    model));
    CHECK(equal(model, decay == 0 ? trace.parameters.back() : trace.parameters.front()));
    CHECK(trace.parameters.back() != trace.parameters.front());
  }
}

TEST_CASE("average: every and start choose the steps") {
  Model model = line();
  fit(model, towards_zero(), line_options(5, {.decay = 0.9, .every = 3, .start = 4}));
  CHECK(model.training_state().average.updates == 0);
  CHECK_THROWS_WITH_AS(averaged_model(model),
                       "averaged_model: the Model has no average of its weights. Train it with FitOptions::average, beyond its start.",
                       ConfigError);
  fit(model, towards_zero(), line_options(9, {.decay = 0.9, .every = 3, .start = 4}));  // updates after steps 6, 9 and 12
  CHECK(model.training_state().average.updates == 3);
  CHECK(average_of(model) ==
        doctest::Approx(0.9 * (0.9 * weight_after(6) + 0.1 * weight_after(9)) + 0.1 * weight_after(12)).epsilon(1e-14));
}

TEST_CASE("average: equals a plain loop to the bit in several fits and after a stop within an epoch") {
  const Dataset all = blobs(37);  // five steps an epoch
  for (const WeightAverage& average : {WeightAverage{.decay = 0.9}, WeightAverage{.decay = 0.25, .every = 2}, WeightAverage{.start = 4}}) {
    Model model = classifier();
    Trace<float> trace;
    FitOptions options{.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01}), .average = average, .epochs = 2, .batch = 8};
    fit(model, all, trace.watch(options, model, 7));
    CHECK(model.training_state().step == 7);
    CHECK(equal(model, trace.average(average)));
    fit(model, all, trace.watch(options, model, 8));
    fit(model, all, trace.watch(options, model));
    CHECK(trace.parameters.size() == 18);
    CHECK(equal(model, trace.average(average)));
  }
}

TEST_CASE("average: later fits go on with other options and leave it alone without the option") {
  Model model = line();
  fit(model, towards_zero(), line_options(2, {.decay = 0.9}));
  const double first = 0.9 * weight_after(1) + 0.1 * weight_after(2);
  CHECK(average_of(model) == doctest::Approx(first).epsilon(1e-14));
  CHECK(model.training_state().average.config.number("decay") == 0.9);

  FitOptions without = line_options(3, {});
  without.average.reset();
  fit(model, towards_zero(), without);
  CHECK(average_of(model) == doctest::Approx(first).epsilon(1e-14));
  CHECK(model.training_state().average.updates == 2);

  fit(model, towards_zero(), line_options(1, {.decay = 0.5}));
  CHECK(average_of(model) == doctest::Approx(0.5 * first + 0.5 * weight_after(6)).epsilon(1e-14));
  CHECK(model.training_state().average.updates == 3);
  CHECK(model.training_state().average.config.number("decay") == 0.5);
}

TEST_CASE("average: validation measures it and callbacks see the ordinary weights") {
  const Dataset all = towards_zero();
  for (const bool validate : {true, false}) {
    Model model = line();
    FitOptions options = line_options(4, {.decay = 0.5, .validate = validate});
    options.validation = &all;
    std::vector<double> seen;
    const auto look = [&seen](Model& given, bool) { seen.push_back(numbers(given.parameter_arena())[0]); };
    options.callbacks = {Saver(0, look)};
    const History history = fit(model, all, options);
    double average = weight_after(1);
    for (std::int64_t epoch = 1; epoch <= 4; ++epoch) {
      const double weight = weight_after(epoch);
      if (epoch > 1) average = (average + weight) / 2;
      const EpochReport& report = history.epochs[static_cast<std::size_t>(epoch - 1)];
      CHECK(*report.validation_loss == doctest::Approx(validate ? average * average : weight * weight).epsilon(1e-13));
      CHECK(seen[static_cast<std::size_t>(epoch - 1)] == doctest::Approx(weight).epsilon(1e-14));
    }
    Model averaged = averaged_model(model);
    CHECK(evaluate(averaged, all, MeanSquaredError()).loss == doctest::Approx(average * average).epsilon(1e-13));
  }
}

TEST_CASE("average: before its start validation measures the ordinary weights") {
  const Dataset all = towards_zero();
  Model model = line();
  FitOptions options = line_options(3, {.decay = 0.5, .start = 1});
  options.validation = &all;
  const History history = fit(model, all, options);
  CHECK(*history.epochs[0].validation_loss == doctest::Approx(weight_after(2)).epsilon(1e-13));
  CHECK(*history.epochs[1].validation_loss == doctest::Approx(weight_after(4)).epsilon(1e-13));
  CHECK(*history.epochs[2].validation_loss == doctest::Approx(std::pow((weight_after(2) + weight_after(3)) / 2, 2)).epsilon(1e-13));
}

TEST_CASE("average: a validation that throws puts the ordinary weights back") {
  class Throws : public PassingLayer {
   public:
    Throws() : PassingLayer("throws") {}
    void forward(const Context& context, const LayerArgs& args) const override {
      if (!context.training && args.batch == 5) throw std::runtime_error("no validation");
      PassingLayer::forward(context, args);
    }
  };
  Model model(sequential({1}, Dense(1, {.bias = false}), Throws()), {.dtype = DType::f64, .max_batch = 8});
  fill(model.parameter_arena(), 1);
  const Tensor ones = tensor(std::vector<double>(13, 1), {13, 1}, DType::f64), zeros({13, 1}, DType::f64);
  const Dataset thirteen(clone(ones), clone(zeros));  // batches of 8 and 5
  FitOptions options = line_options(1, {.decay = 0.9});
  fit(model, towards_zero(), options);
  options.validation = &thirteen;
  CHECK_THROWS_WITH_AS(fit(model, towards_zero(), options), "no validation", std::runtime_error);
  CHECK(numbers(model.parameter_arena())[0] == doctest::Approx(weight_after(2)).epsilon(1e-14));
  CHECK(average_of(model) == doctest::Approx(0.9 * weight_after(1) + 0.1 * weight_after(2)).epsilon(1e-14));
}

TEST_CASE("average: frozen parameters keep their value and groups are averaged like all") {
  const Dataset all = blobs(37);
  Model model = classifier();
  Trace<float> trace;
  const WeightAverage average{.decay = 0.9};
  FitOptions options{.loss = SoftmaxCrossEntropy(),
                     .optimizer = Adam({.lr = 0.01}),
                     .groups = {{.names = "0.*", .frozen = true}, {.names = "2.bias", .lr = 0.1, .max_norm = 0.01}},
                     .average = average,
                     .epochs = 4,
                     .batch = 8};
  fit(model, all, trace.watch(options, model));
  CHECK(equal(model, trace.average(average)));
  Model result = averaged_model(model);
  for (const char* name : {"0.weight", "0.bias"}) CHECK(bits(result.parameter(name)) == bits(model.parameter(name)));
  for (const char* name : {"2.weight", "2.bias"}) CHECK(bits(result.parameter(name)) != bits(model.parameter(name)));
}

TEST_CASE("average: a step that is refused does not change it") {
  Model model = line(DType::f32);
  FitOptions options = line_options(2, {.decay = 0.9});
  fit(model, towards_zero(), options);
  const auto before = bits(model.training_state().average.values);
  options.optimizer = SGD({.lr = 1e300});
  options.average = WeightAverage{.decay = 0.1};
  CHECK_THROWS_AS(fit(model, towards_zero(), options), NumericError);
  CHECK(bits(model.training_state().average.values) == before);
  CHECK(model.training_state().average.updates == 2);
  CHECK(model.training_state().average.config.number("decay") == 0.9);
}

TEST_CASE("average: the bits do not depend on the threads and the parameters not on the average") {
  const Dataset all = blobs(150, 70, 10);
  const int before = num_threads();
  const auto train = [&](int threads, const std::optional<WeightAverage>& average) {
    set_num_threads(threads);
    Model model(sequential({70}, Dense(150), ReLU(), Dense(10)), {.max_batch = 64, .seed = 7});
    fit(model, all, {.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .average = average, .epochs = 3, .batch = 64, .validation = &all});
    return model;
  };
  const Model one = train(1, WeightAverage{.decay = 0.9});
  CHECK(Snapshot(one) == Snapshot(train(2, {})));
  for (const int threads : {2, 3, 4}) {
    const Model other = train(threads, WeightAverage{.decay = 0.9});
    CHECK(bits(other.training_state().average.values) == bits(one.training_state().average.values));
  }
  set_num_threads(before);
}

TEST_CASE("average: running statistics are those of the ordinary weights and a file holds the average") {
  const Dataset all = blobs(37);
  Model model(sequential({6}, Dense(8), BatchNorm(), Dense(3)), {.seed = 3});
  fit(model, all,
      {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.1}), .average = WeightAverage{.decay = 0.8}, .epochs = 3, .batch = 8});
  const Model average = averaged_model(model);
  CHECK(bits(average.state_arena()) == bits(model.state_arena()));
  CHECK(bits(average.parameter_arena()) == bits(model.training_state().average.values));
  CHECK(bits(average.parameter_arena()) != bits(model.parameter_arena()));
  CHECK(average.training_state().step == 0);
  std::vector<std::byte> bytes;
  save(average, bytes);
  const Model loaded = load_model(bytes);
  CHECK(bits(loaded.parameter_arena()) == bits(model.training_state().average.values));
  CHECK(bits(loaded.state_arena()) == bits(model.state_arena()));
}

TEST_CASE("average: a loop of steps keeps one too") {
  Model model = line();
  const Tensor x = tensor({1}, {1, 1}, DType::f64), t = tensor({0}, {1, 1}, DType::f64);
  model.plan_training(MeanSquaredError(), {Shape{1}});
  for (int i = 0; i < 4; ++i) {
    const ConstTensorView inputs[] = {x}, targets[] = {t};
    model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
    step(model, SGD({.lr = 0.1}), {.average = WeightAverage{.decay = 0.5, .every = 2}});
  }
  CHECK(model.training_state().average.updates == 2);
  CHECK(average_of(model) == doctest::Approx((weight_after(2) + weight_after(4)) / 2).epsilon(1e-14));
}

TEST_CASE("average: options out of range are refused before anything changes") {
  Model model = line();
  const auto refused = [&](const WeightAverage& average, const char* message) {
    CHECK_THROWS_WITH_AS(fit(model, towards_zero(), line_options(1, average)), message, ConfigError);
  };
  refused({.decay = 1.5}, "average: decay is 1.5, expected a number from 0 to 1.");
  refused({.decay = -0.1}, "average: decay is -0.1, expected a number from 0 to 1.");
  refused({.decay = std::nan("")}, "average: decay is nan, expected a number from 0 to 1.");
  refused({.every = 0}, "average: every is 0, expected at least 1.");
  refused({.start = -1}, "average: start is -1, expected at least 0.");
  CHECK(model.training_state().step == 0);
  CHECK(model.training_state().average.values.empty());
  CHECK(numbers(model.parameter_arena())[0] == 1);
}
