// Properties of every optimizer; the numbers are in tests/reference/optimizers.txt, made by make_optimizers.py there.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <weir/core/error.hpp>
#include <weir/formats/json.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/reference.hpp"
#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/optimizers/optimizer_run.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Reference& reference() {
  static const Reference loaded(WEIR_TEST_REFERENCE "/optimizers.txt");
  return loaded;
}

// The optimizer of a case of the reference, with all options that its name gives.
AnyOptimizer optimizer_of(const std::string& name) {
  const auto number = [&](const char* option, double otherwise) { return reference().number(name + "." + option, otherwise); };
  const auto flag = [&](const char* option) { return reference().has_word(name + "." + option); };
  const auto adam = [&]<class O>(O o) {
    o.lr = number("lr", o.lr);
    o.beta1 = number("beta1", o.beta1);
    o.beta2 = number("beta2", o.beta2);
    o.weight_decay = number("weight_decay", o.weight_decay);
    if constexpr (requires { o.eps; }) o.eps = number("eps", o.eps);
    if constexpr (requires { o.amsgrad; }) o.amsgrad = flag("amsgrad");
    if constexpr (requires { o.momentum_decay; }) o.momentum_decay = number("momentum_decay", o.momentum_decay);
    return o;
  };
  const std::string& kind = reference().word(name + ".kind");
  if (kind == "adam") return Adam(adam(AdamOptions()));
  if (kind == "adamw") return AdamW(adam(AdamWOptions()));
  if (kind == "nadam") return NAdam(adam(NAdamOptions()));
  if (kind == "radam") return RAdam(adam(RAdamOptions()));
  if (kind == "lion") return Lion(adam(LionOptions()));
  if (kind == "rmsprop") {
    return RMSprop({.lr = number("lr", 1e-2),
                    .alpha = number("alpha", 0.99),
                    .eps = number("eps", 1e-8),
                    .weight_decay = number("weight_decay", 0),
                    .momentum = number("momentum", 0),
                    .centered = flag("centered")});
  }
  if (kind == "adagrad") {
    return Adagrad({.lr = number("lr", 1e-2),
                    .lr_decay = number("lr_decay", 0),
                    .weight_decay = number("weight_decay", 0),
                    .initial_accumulator_value = number("initial_accumulator_value", 0),
                    .eps = number("eps", 1e-10)});
  }
  if (kind == "adadelta") {
    return Adadelta(
        {.lr = number("lr", 1), .rho = number("rho", 0.9), .eps = number("eps", 1e-6), .weight_decay = number("weight_decay", 0)});
  }
  REQUIRE(kind == "sgd");
  return SGD({.lr = number("lr", 1e-3),
              .momentum = number("momentum", 0),
              .dampening = number("dampening", 0),
              .weight_decay = number("weight_decay", 0),
              .nesterov = flag("nesterov")});
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& [key, value] : reference().words()) {
    if (key.ends_with(".kind")) names.push_back(key.substr(0, key.size() - 5));
  }
  return names;
}

// The largest difference of a parameter from the reference's at the steps that it kept.
double worst_over_100_steps(const std::string& name, DType dtype) {
  const std::vector<double>&start = reference().array("start").values, &gradients = reference().array("gradients").values;
  const std::vector<double>&after = reference().array("after").values, &expected = reference().array(name + ".parameters").values;
  const std::size_t size = start.size();
  OptimizerRun run(optimizer_of(name), start, dtype);
  double worst = 0;
  std::size_t kept = 0;
  for (std::size_t step = 0; step < 100; ++step) {
    const auto from = gradients.begin() + static_cast<std::ptrdiff_t>(step * size);
    const std::vector<double> w = run.step({from, from + static_cast<std::ptrdiff_t>(size)});
    if (kept == after.size() || after[kept] != static_cast<double>(step + 1)) continue;
    for (std::size_t i = 0; i < size; ++i) {
      const double difference = std::abs(w[i] - expected[kept * size + i]);
      worst = difference <= worst ? worst : std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
    }
    ++kept;
  }
  REQUIRE(kept == after.size());
  return worst;
}

}  // namespace

TEST_CASE("pytorch: 100 steps of every optimizer are equal to within 1e-9 in double") {
  double worst = 0, worst_float = 0;
  for (const std::string& name : cases()) {
    CAPTURE(name);
    const double difference = worst_over_100_steps(name, DType::f64), in_float = worst_over_100_steps(name, DType::f32);
    CHECK(difference <= 1e-9);
    CHECK(in_float <= 1e-4);
    worst = std::max(worst, difference);
    worst_float = std::max(worst_float, in_float);
  }
  CHECK(cases().size() == 22);
  MESSAGE("largest difference of a parameter " << worst << " in double, " << worst_float << " in float");
}

TEST_CASE("optimizers: the reference has every optimizer") {
  std::set<std::string> compared, all;
  for (const std::string& name : cases()) compared.insert(optimizer_of(name)->type());
  for (const AnyOptimizer& optimizer : all_optimizers()) all.insert(optimizer->type());
  CHECK(compared == all);
}

TEST_CASE("optimizers: equal bits for any number of threads and any place in a block") {
  const std::int64_t size = 2 * 2048 + 77;
  const auto w = many(size, 1), g = many(size, 2);
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    for (const DType dtype : {DType::f32, DType::f64}) {
      OptimizerRun one(optimizer, w, dtype, 1), alone(optimizer, {w.back()}, dtype);
      for (int step = 0; step < 3; ++step) one.step(g);
      for (const int threads : {2, 3, 4}) {
        OptimizerRun several(optimizer, w, dtype, threads);
        for (int step = 0; step < 3; ++step) several.step(g);
        CHECK(bits(several.parameters()) == bits(one.parameters()));
        CHECK(several.max_abs == one.max_abs);
      }
      for (int step = 0; step < 3; ++step) alone.step({g.back()});
      CHECK(numbers(alone.parameters())[0] == numbers(one.parameters()).back());
    }
  }
}

TEST_CASE("optimizers: the largest magnitude that an update reports is that of parameters and moments") {
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    OptimizerRun run(optimizer, {1, -5, 2, 0});
    run.step({100, 0, 0, -3});
    double most = 0;
    for (const double value : numbers(run.parameters())) most = std::max(most, std::abs(value));
    for (std::size_t i = 0; i < optimizer->moments().size(); ++i) {
      for (const double value : numbers(run.moment(i))) most = std::max(most, std::abs(value));
    }
    CHECK(run.max_abs == most);
  }
}

TEST_CASE("optimizers: within the safe magnitude nothing overflows") {
  std::vector<AnyOptimizer> optimizers = all_optimizers();
  for (const AnyOptimizer& more : std::vector<AnyOptimizer>{
           AdamW({.weight_decay = 1e3}), AdamW({.beta1 = 1 - 1e-9, .eps = 1e-30}), NAdam({.beta1 = 1 - 1e-9, .beta2 = 1 - 1e-9}),
           NAdam({.eps = 1e-30}), RAdam({.beta1 = 0, .beta2 = 0}), RAdam({.eps = 1e-30, .weight_decay = 10}),
           RMSprop({.eps = 1e-30, .momentum = 0.9}), RMSprop({.alpha = 0, .eps = 1e-20}),
           Adagrad({.weight_decay = 1e3, .initial_accumulator_value = 1e30}), Adagrad({.eps = 1e-30}), Adadelta({.eps = 1e-30}),
           Adadelta({.weight_decay = 1e5}), Adadelta({.rho = 0, .eps = 1e10}), Lion({.weight_decay = 1e10})}) {
    optimizers.push_back(more);
  }
  for (const AnyOptimizer& optimizer : optimizers) {
    CAPTURE(optimizer->describe());
    for (const DType dtype : {DType::f32, DType::f64}) {
      const double most = optimizer->safe_magnitude(dtype);
      CHECK(most > 0);
      for (const double g : {most, -most, most * 1e-30}) {
        for (const double moment : {most, 0.0}) {
          OptimizerRun run(optimizer, {most, -most, 0}, dtype);
          run.learning_rate = most;
          for (std::size_t i = 0; i < optimizer->moments().size(); ++i) fill(run.moment(i), moment);
          run.step({g, g, g});
          CHECK(std::isfinite(run.max_abs));
        }
      }
    }
  }
  for (const AnyOptimizer& common : all_optimizers()) CHECK(common->safe_magnitude(DType::f32) > 1e9);  // far above any usual step
  CHECK(Adagrad({.initial_accumulator_value = 1e38}).safe_magnitude(DType::f32) == 0);
  CHECK(RMSprop({.eps = 1e-50}).safe_magnitude(DType::f32) == 0);
  CHECK(Adadelta({.eps = 1e38}).safe_magnitude(DType::f32) == 0);
}

TEST_CASE("optimizers: a parameter that never gets a gradient stays where it is") {
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    const AnyOptimizer plain(optimizer->with_weight_decay(0));
    OptimizerRun run(plain, {0.75, -3});
    for (int step = 0; step < 20; ++step) run.step({0, 1});
    CHECK(numbers(run.parameters())[0] == 0.75);
    CHECK(numbers(run.parameters())[1] < -3);
  }
}

TEST_CASE("optimizers: a gradient that is NaN makes its parameter NaN and is reported and reaches no other") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    for (const DType dtype : {DType::f32, DType::f64}) {
      OptimizerRun run(optimizer, {1, -2, 3}, dtype), clean(optimizer, {1, -2, 3}, dtype);
      const std::vector<double> expected = clean.step({1, -1, 0.5});
      const std::vector<double> w = run.step({1, nan, 0.5});
      CHECK(w[0] == expected[0]);
      CHECK(std::isnan(w[1]));
      CHECK(w[2] == expected[2]);
      CHECK_FALSE(std::isfinite(run.max_abs));
    }
  }
}

// With gradients of 0 all that moves a parameter is w = w - rate weight_decay w, and the rate is that of the step, not the optimizer's.
TEST_CASE("optimizers: a decay apart from the gradient goes by the rate of the step") {
  for (const AnyOptimizer& optimizer :
       {AnyOptimizer(AdamW({.lr = 0.5, .weight_decay = 0.25})), AnyOptimizer(AdamW({.lr = 0.5, .weight_decay = 0.25, .amsgrad = true})),
        AnyOptimizer(Lion({.lr = 0.5, .weight_decay = 0.25}))}) {
    CAPTURE(optimizer->describe());
    for (const DType dtype : {DType::f32, DType::f64}) {
      OptimizerRun run(optimizer, {2, -16}, dtype);
      CHECK(run.step({0, 0}) == std::vector<double>{1.75, -14});
      run.learning_rate = 2;
      CHECK(run.step({0, 0}) == std::vector<double>{0.875, -7});
      run.learning_rate = 0;
      CHECK(run.step({0, 0}) == std::vector<double>{0.875, -7});
    }
  }
}

TEST_CASE("optimizers: another decay is the only change") {
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    Config config = optimizer->config();
    CHECK(config.number("lr") == optimizer->learning_rate());
    CHECK(config.set("weight_decay", 0.125) == optimizer->with_weight_decay(0.125)->config());
    CHECK(optimizer->with_weight_decay(0.125)->moments() == optimizer->moments());
    CHECK(optimizer->with_weight_decay(0.125)->type() == optimizer->type());
  }
}

TEST_CASE("optimizers: options outside their range are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH_AS(AdamW({.lr = nan}), "adamw: lr is nan, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(AdamW({.eps = 0}), "adamw: eps is 0, expected a finite number above 0.", ConfigError);
  CHECK_THROWS_WITH_AS(NAdam({.momentum_decay = -1}), "nadam: momentum_decay is -1, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(NAdam({.beta1 = 1}), "nadam: beta1 is 1, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(RAdam({.beta2 = 1}), "radam: beta2 is 1, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(RMSprop({.alpha = -0.5}), "rmsprop: alpha is -0.5, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(RMSprop({.momentum = 1.5}), "rmsprop: momentum is 1.5, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(Adagrad({.lr_decay = infinity}), "adagrad: lr_decay is inf, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(Adagrad({.initial_accumulator_value = -1}),
                       "adagrad: initial_accumulator_value is -1, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(Adadelta({.rho = 1}), "adadelta: rho is 1, expected a number from 0 to below 1.", ConfigError);
  CHECK_THROWS_WITH_AS(Lion({.weight_decay = -1}), "lion: weight_decay is -1, expected a finite number, 0 or more.", ConfigError);
}

// The names in PyTorch 1.13's state_dict(); PyTorch has no Lion.
TEST_CASE("optimizers: moments have the names of PyTorch") {
  using Names = std::vector<std::string>;
  CHECK(SGD().moments() == Names{});
  CHECK(SGD({.momentum = 0.5}).moments() == Names{"momentum_buffer"});
  CHECK(Adam().moments() == Names{"exp_avg", "exp_avg_sq"});
  CHECK(Adam({.amsgrad = true}).moments() == Names{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"});
  CHECK(AdamW().moments() == Names{"exp_avg", "exp_avg_sq"});
  CHECK(AdamW({.amsgrad = true}).moments() == Names{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"});
  CHECK(NAdam().moments() == Names{"exp_avg", "exp_avg_sq"});
  CHECK(RAdam().moments() == Names{"exp_avg", "exp_avg_sq"});
  CHECK(RMSprop().moments() == Names{"square_avg"});
  CHECK(RMSprop({.momentum = 0.5}).moments() == Names{"square_avg", "momentum_buffer"});
  CHECK(RMSprop({.centered = true}).moments() == Names{"square_avg", "grad_avg"});
  CHECK(RMSprop({.momentum = 0.5, .centered = true}).moments() == Names{"square_avg", "grad_avg", "momentum_buffer"});
  CHECK(Adagrad().moments() == Names{"sum"});
  CHECK(Adadelta().moments() == Names{"square_avg", "acc_delta"});
  CHECK(Lion().moments() == Names{"exp_avg"});
}

TEST_CASE("optimizers: each is made again from its type and its config as text and updates to the same bits") {
  const auto w = many(100, 1), g = many(100, 2);
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    const std::string text = to_json(optimizer->config());
    const AnyOptimizer again = make_optimizer(optimizer->type(), config_from_json(text));
    CHECK(again->type() == optimizer->type());
    CHECK(again->config() == optimizer->config());
    CHECK(again->describe() == optimizer->describe());
    CHECK(again->moments() == optimizer->moments());
    CHECK(again->learning_rate() == optimizer->learning_rate());
    OptimizerRun one(optimizer, w), two(again, w);
    for (int step = 0; step < 3; ++step) CHECK(one.step(g) == two.step(g));
  }
}

TEST_CASE("optimizers: what a config leaves out is the default and what it has too much is refused") {
  std::string known;
  std::set<std::string> types;
  for (const AnyOptimizer& optimizer : all_optimizers()) types.insert(optimizer->type());
  for (const std::string& type : types) {
    CHECK(make_optimizer(type, {})->type() == type);
    known += (known.empty() ? "" : ", ") + type;
  }
  CHECK(make_optimizer("adamw", {})->config() == AdamW().config());
  CHECK(make_optimizer("adam", Config().set("lr", std::int64_t{2}))->config() == Adam({.lr = 2}).config());
  CHECK(make_optimizer("sgd", Config().set("momentum", 0.5).set("nesterov", true))->config() ==
        SGD({.momentum = 0.5, .nesterov = true}).config());
  const auto adam_with = [](Config config) { return make_optimizer("adam", config); };
  CHECK_THROWS_WITH_AS(adam_with(Config().set("learning_rate", 0.5)),
                       "adam: has no option 'learning_rate', expected one of: lr, beta1, beta2, eps, weight_decay, amsgrad.", ConfigError);
  CHECK_THROWS_WITH_AS(adam_with(Config().set("lr", true)), "adam: the option 'lr' is of another kind, expected a number.", ConfigError);
  CHECK_THROWS_WITH_AS(adam_with(Config().set("amsgrad", 1.0)), "adam: the option 'amsgrad' is of another kind, expected true or false.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(adam_with(Config().set("eps", 0.0)), "adam: eps is 0, expected a finite number above 0.", ConfigError);
  // Types registered by other test cases come later in the alphabet.
  const std::string message = message_of<ConfigError>([] { make_optimizer("Adam", {}); });
  CHECK(message.starts_with("optimizer type 'Adam': unknown, expected one of: " + known));
  CHECK(message.ends_with(". Call weir::register_optimizer first."));
}

TEST_CASE("optimizers: an own type is made once it is registered") {
  CHECK_THROWS_WITH_AS(register_optimizer("adam", [](const Config&) { return SGD(); }),
                       "register_optimizer: 'adam' is registered already. Choose another type name.", ConfigError);
  register_optimizer("training_tests.halved", [](const Config& config) { return SGD({.lr = config.number("lr") / 2}); });
  CHECK(make_optimizer("training_tests.halved", Config().set("lr", 0.5))->learning_rate() == 0.25);
}

TEST_CASE("optimizers: centred rmsprop takes a variance below zero for zero") {
  // With equal gradients v - a^2 approaches 0, and rounding makes it negative in some steps.
  OptimizerRun run(RMSprop({.lr = 1e-3, .alpha = 0.5, .eps = 1e-3, .centered = true}), {0}, DType::f32);
  for (int step = 0; step < 200; ++step) run.step({0.7});
  CHECK(std::isfinite(numbers(run.parameters())[0]));
}
