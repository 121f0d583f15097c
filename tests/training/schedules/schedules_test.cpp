// Schedules against PyTorch's over 1,000 steps (tests/reference/schedules.txt, made by make_schedules.py beside it), and in fit.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <weir/core/error.hpp>
#include <weir/formats/json.hpp>
#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/linear_warmup.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/step.hpp>
#include <weir/training/step_lr.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/reference.hpp"
#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Reference& reference() {
  static const Reference loaded(WEIR_TEST_REFERENCE "/schedules.txt");
  return loaded;
}

using Plateau = ReduceLROnPlateauOptions;

std::map<std::string, AnySchedule> schedules() {
  return {{"step", StepLR({.step_size = 30, .gamma = 0.9})},
          {"multi_step", MultiStepLR({.milestones = {5, 30, 30, 400}, .gamma = 0.3})},
          {"exponential", ExponentialLR({.gamma = 0.995})},
          {"polynomial", PolynomialLR({.total_iters = 600, .power = 2.5})},
          {"polynomial_default", PolynomialLR({})},
          {"constant", ConstantLR({})},
          {"linear", LinearLR({.start_factor = 0.1, .end_factor = 0.75, .total_iters = 100})},
          {"cosine", CosineAnnealingLR({.T_max = 150, .eta_min = 0.01})},
          {"restarts", CosineAnnealingWarmRestarts({.T_0 = 50, .eta_min = 0.001})},
          {"restarts_longer", CosineAnnealingWarmRestarts({.T_0 = 20, .T_mult = 2})},
          {"one_cycle", OneCycleLR({.total_steps = 1000})},
          {"one_cycle_all",
           OneCycleLR({.total_steps = 1000, .max_lr = 0.7, .pct_start = 0.4, .linear = true, .div_factor = 10, .final_div_factor = 100})},
          {"one_cycle_three", OneCycleLR({.total_steps = 1000, .max_lr = 0.7, .three_phase = true})},
          {"warmup_step", LinearWarmup({.total_iters = 25, .start_factor = 0.2}, StepLR({.step_size = 100, .gamma = 0.5}))},
          {"warmup_exponential", LinearWarmup({}, ExponentialLR({.gamma = 0.99}))},
          {"plateau", ReduceLROnPlateau({.factor = 0.5, .patience = 8})},
          {"plateau_all", ReduceLROnPlateau({.mode = Plateau::Mode::max,
                                             .factor = 0.7,
                                             .patience = 3,
                                             .threshold = 0.02,
                                             .threshold_mode = Plateau::ThresholdMode::abs,
                                             .cooldown = 4,
                                             .min_lr = 0.01,
                                             .eps = 1e-3})}};
}

FitOptions sgd_options(AnySchedule schedule, std::int64_t epochs) {
  return {.loss = SoftmaxCrossEntropy(), .optimizer = SGD({.lr = 0.5}), .schedule = std::move(schedule), .epochs = epochs, .batch = 8};
}

// The learning rates of the steps of a fit.
std::vector<double> rates_of(Model& model, const Dataset& data, FitOptions options) {
  std::vector<double> rates;
  options.on_step = [&](const StepReport& report) {
    rates.push_back(report.learning_rate);
    return Control::go_on;
  };
  fit(model, data, options);
  return rates;
}

}  // namespace

TEST_CASE("schedules: each agrees with PyTorch over 1000 steps to 1e-12") {
  const std::vector<double>&times = reference().array("times").values, &metrics = reference().array("metrics").values;
  const double lr = reference().number("lr", 0);
  double worst = 0;
  for (const auto& entry : schedules()) {
    const std::string& name = entry.first;
    const AnySchedule& schedule = entry.second;
    CAPTURE(name);
    const std::vector<double>& expected = reference().array(name + ".rates").values;
    REQUIRE(expected.size() == times.size());
    std::vector<double> memory = schedule->memory();
    std::size_t next = 0;
    for (std::uint64_t time = 0; time < 1000; ++time) {
      if (next < times.size() && times[next] == static_cast<double>(time)) {
        const double difference = std::abs(schedule->rate(lr, time, memory) - expected[next++]);
        CHECK(difference <= 1e-12);
        worst = std::max(worst, difference);
      }
      schedule->observe(metrics[time], memory);
    }
    CHECK(next == times.size());
  }
  CHECK(reference().arrays().size() == schedules().size() + 2);
  MESSAGE("largest difference of a learning rate " << worst);
}

TEST_CASE("schedules: each is described by every option that is set") {
  const std::map<std::string, std::string> expected = {
      {"step", "StepLR(step_size=30, gamma=0.9)"},
      {"multi_step", "MultiStepLR(milestones=[5, 30, 30, 400], gamma=0.3)"},
      {"exponential", "ExponentialLR(gamma=0.995)"},
      {"polynomial", "PolynomialLR(total_iters=600, power=2.5)"},
      {"polynomial_default", "PolynomialLR(total_iters=5, power=1)"},
      {"constant", "ConstantLR(factor=0.3333333333333333, total_iters=5)"},
      {"linear", "LinearLR(start_factor=0.1, end_factor=0.75, total_iters=100)"},
      {"cosine", "CosineAnnealingLR(T_max=150, eta_min=0.01)"},
      {"restarts", "CosineAnnealingWarmRestarts(T_0=50, T_mult=1, eta_min=0.001)"},
      {"restarts_longer", "CosineAnnealingWarmRestarts(T_0=20, T_mult=2, eta_min=0)"},
      {"one_cycle", "OneCycleLR(total_steps=1000, pct_start=0.3, linear=false, div_factor=25, final_div_factor=10000, three_phase=false)"},
      {"one_cycle_all",
       "OneCycleLR(total_steps=1000, max_lr=0.7, pct_start=0.4, linear=true, div_factor=10, final_div_factor=100, three_phase=false)"},
      {"one_cycle_three",
       "OneCycleLR(total_steps=1000, max_lr=0.7, pct_start=0.3, linear=false, div_factor=25, final_div_factor=10000, three_phase=true)"},
      {"warmup_step", "LinearWarmup(total_iters=25, start_factor=0.2, then=StepLR(step_size=100, gamma=0.5))"},
      {"warmup_exponential", "LinearWarmup(total_iters=5, start_factor=0.3333333333333333, then=ExponentialLR(gamma=0.99))"},
      {"plateau",
       "ReduceLROnPlateau(mode=min, factor=0.5, patience=8, threshold=0.0001, threshold_mode=rel, cooldown=0, min_lr=0, eps=1e-08)"},
      {"plateau_all",
       "ReduceLROnPlateau(mode=max, factor=0.7, patience=3, threshold=0.02, threshold_mode=abs, cooldown=4, min_lr=0.01, eps=0.001)"}};
  CHECK(schedules().size() == expected.size());
  for (const auto& [key, schedule] : schedules()) {
    const std::string name = key;
    CAPTURE(name);
    CHECK(schedule->describe() == expected.at(name));
    CHECK(describe(schedule->type(), schedule->config()) == expected.at(name));
  }
  CHECK(LinearWarmup({}).describe() == "LinearWarmup(total_iters=5, start_factor=0.3333333333333333)");
}

// Unlike describe(), a Config distinguishes 30 from 30.0 and keeps the content of lists.
TEST_CASE("schedules: a config has whole numbers and others and words and what is inside") {
  using Integers = std::vector<std::int64_t>;
  const auto whole = [](std::int64_t value) { return value; };
  CHECK(StepLR({.step_size = 3, .gamma = 1}).config() == Config().set("step_size", whole(3)).set("gamma", 1.0));
  CHECK(MultiStepLR({.milestones = {5, 30}, .gamma = 0.5}).config() == Config().set("milestones", Integers{5, 30}).set("gamma", 0.5));
  CHECK(ConstantLR({.factor = 0.5, .total_iters = 0}).config() == Config().set("factor", 0.5).set("total_iters", whole(0)));
  CHECK(OneCycleLR({.total_steps = 7, .max_lr = 2, .three_phase = true}).config() == Config()
                                                                                         .set("total_steps", whole(7))
                                                                                         .set("max_lr", 2.0)
                                                                                         .set("pct_start", 0.3)
                                                                                         .set("linear", false)
                                                                                         .set("div_factor", 25.0)
                                                                                         .set("final_div_factor", 1e4)
                                                                                         .set("three_phase", true));
  CHECK(ReduceLROnPlateau({.mode = Plateau::Mode::max, .patience = 3}).config() == Config()
                                                                                       .set("mode", std::string("max"))
                                                                                       .set("factor", 0.1)
                                                                                       .set("patience", whole(3))
                                                                                       .set("threshold", 1e-4)
                                                                                       .set("threshold_mode", std::string("rel"))
                                                                                       .set("cooldown", whole(0))
                                                                                       .set("min_lr", 0.0)
                                                                                       .set("eps", 1e-8));
  CHECK(LinearWarmup({.total_iters = 2, .start_factor = 0.5}, ExponentialLR({.gamma = 0.25})).config() ==
        Config()
            .set("total_iters", whole(2))
            .set("start_factor", 0.5)
            .set("then", TypedConfig{"ExponentialLR", Config().set("gamma", 0.25)}));
}

TEST_CASE("schedules: each is made again from its type and its config as text and gives the same rates") {
  std::map<std::string, AnySchedule> all = schedules();
  all["alone"] = LinearWarmup({.total_iters = 3});
  all["nested"] = LinearWarmup({.total_iters = 3}, LinearWarmup({.total_iters = 4}, ReduceLROnPlateau({.patience = 1})));
  const std::vector<double>& metrics = reference().array("metrics").values;
  for (const auto& entry : all) {
    const AnySchedule& schedule = entry.second;
    CAPTURE(schedule->describe());
    const AnySchedule again = make_schedule(schedule->type(), config_from_json(to_json(schedule->config())));
    CHECK(again->type() == schedule->type());
    CHECK(again->config() == schedule->config());
    CHECK(again->describe() == schedule->describe());
    CHECK(again->unit() == schedule->unit());
    CHECK(again->watches() == schedule->watches());
    std::vector<double> memory = schedule->memory(), other = again->memory();
    for (std::uint64_t time = 0; time < 300; ++time) {
      CHECK(again->rate(0.7, time, other) == schedule->rate(0.7, time, memory));
      schedule->observe(metrics[time], memory);
      again->observe(metrics[time], other);
    }
  }
}

TEST_CASE("schedules: what a config leaves out is the default and what it has too much is refused") {
  std::set<std::string> types;
  for (const auto& entry : schedules()) types.insert(entry.second->type());
  std::string known;
  for (const std::string& type : types) known += (known.empty() ? "" : ", ") + type;
  // Types registered by other test cases come later in the alphabet.
  CHECK(message_of<ConfigError>([] {
          make_schedule("step_lr", {});
        }).starts_with("schedule type 'step_lr': unknown, expected one of: " + known));
  CHECK(make_schedule("CosineAnnealingLR", {})->config() == CosineAnnealingLR({}).config());
  CHECK(make_schedule("ReduceLROnPlateau", Config().set("threshold_mode", std::string("abs")))->config() ==
        ReduceLROnPlateau({.threshold_mode = Plateau::ThresholdMode::abs}).config());
  CHECK_THROWS_WITH_AS(make_schedule("ReduceLROnPlateau", Config().set("mode", std::string("most"))),
                       "ReduceLROnPlateau: mode is 'most', expected one of: min, max.", ConfigError);
  CHECK_THROWS_WITH_AS(make_schedule("StepLR", Config().set("then", TypedConfig{"StepLR", {}})),
                       "StepLR: has no option 'then', expected one of: step_size, gamma.", ConfigError);
  CHECK_THROWS_WITH_AS(make_schedule("LinearWarmup", Config().set("than", 1.0)),
                       "LinearWarmup: has no option 'than', expected one of: total_iters, start_factor.", ConfigError);
  CHECK_THROWS_WITH_AS(make_schedule("OneCycleLR", {}), "OneCycleLR: total_steps is 0, expected at least 1.", ConfigError);
  CHECK_THROWS_WITH_AS(register_schedule("StepLR", [](const Config&) { return ConstantLR({}); }),
                       "register_schedule: 'StepLR' is registered already. Choose another type name.", ConfigError);
  register_schedule("training_tests.own", [](const Config&) { return ExponentialLR({.gamma = 0.5}); });
  CHECK(make_schedule("LinearWarmup", Config().set("then", TypedConfig{"training_tests.own", {}}))->rate(1, 7, {}) == 0.25);
}

// PyTorch's definition: better is below best (1 - threshold) or best - threshold, and with mode max above best (1 + threshold) or
// best + threshold.
TEST_CASE("schedules: on a plateau a change counts by its share or its size") {
  using Mode = Plateau::Mode;
  using Threshold = Plateau::ThresholdMode;
  const auto is_better = [](Mode mode, Threshold threshold, double best, double next) {
    const ReduceLROnPlateau schedule({.mode = mode, .factor = 0.5, .patience = 0, .threshold = 0.125, .threshold_mode = threshold});
    std::vector<double> memory = schedule.memory();
    schedule.observe(best, memory);
    schedule.observe(next, memory);
    CHECK(schedule.rate(1, 2, memory) == (memory[0] == next ? 1 : 0.5));
    return memory[0] == next;
  };
  // 2 must fall to 1.75 or to 1.875; 0.5 to 0.4375 or to 0.375.
  CHECK_FALSE(is_better(Mode::min, Threshold::rel, 2, 1.8));
  CHECK(is_better(Mode::min, Threshold::abs, 2, 1.8));
  CHECK(is_better(Mode::min, Threshold::rel, 0.5, 0.4));
  CHECK_FALSE(is_better(Mode::min, Threshold::abs, 0.5, 0.4));
  // 2 must rise to 2.25 or to 2.125; 0.5 to 0.5625 or to 0.625.
  CHECK_FALSE(is_better(Mode::max, Threshold::rel, 2, 2.2));
  CHECK(is_better(Mode::max, Threshold::abs, 2, 2.2));
  CHECK(is_better(Mode::max, Threshold::rel, 0.5, 0.6));
  CHECK_FALSE(is_better(Mode::max, Threshold::abs, 0.5, 0.6));
  // Exactly at the mark is not beyond it.
  CHECK_FALSE(is_better(Mode::min, Threshold::rel, 2, 1.75));
  CHECK_FALSE(is_better(Mode::min, Threshold::abs, 2, 1.875));
  CHECK_FALSE(is_better(Mode::max, Threshold::rel, 2, 2.25));
  CHECK_FALSE(is_better(Mode::max, Threshold::abs, 2, 2.125));
}

TEST_CASE("schedules: past their end they stay") {
  CHECK(OneCycleLR({.total_steps = 10}).rate(1, 9, {}) == OneCycleLR({.total_steps = 10}).rate(1, 1000, {}));
  CHECK(OneCycleLR({.total_steps = 1}).rate(1, 0, {}) > 0);
  CHECK(OneCycleLR({.total_steps = 10, .pct_start = 0.1}).rate(1, 0, {}) == 1);  // a rise of zero length
  CHECK(PolynomialLR({.total_iters = 3}).rate(1, 7, {}) == 0);
  CHECK(LinearWarmup({.total_iters = 3}).rate(0.5, 3, {}) == 0.5);
  CHECK(MultiStepLR({}).rate(0.5, 1000, {}) == 0.5);
}

TEST_CASE("schedules: fit counts epochs or steps") {
  const Dataset data = blobs(20);  // 3 steps an epoch
  Model by_epoch = classifier(), by_step = classifier(), cycle = classifier();
  CHECK(rates_of(by_epoch, data, sgd_options(StepLR({.step_size = 1, .gamma = 0.5}), 3)) ==
        std::vector<double>{0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125});
  FitOptions options = sgd_options(StepLR({.step_size = 2, .gamma = 0.5}), 2);
  options.schedule_unit = ScheduleUnit::step;
  CHECK(rates_of(by_step, data, options) == std::vector<double>{0.5, 0.5, 0.25, 0.25, 0.125, 0.125});
  const auto rates = rates_of(cycle, data, sgd_options(OneCycleLR({.total_steps = 6, .pct_start = 0.5}), 2));
  CHECK(rates[2] == doctest::Approx(0.5));
  CHECK(rates[5] == doctest::Approx(0.5 / 25 / 1e4));
}

// PyTorch's cycle_momentum is False here: see PYTORCH.md.
TEST_CASE("schedules: one cycle moves the rate and leaves the momentum as the optimizer has it") {
  const Dataset data = curve(8);
  const OneCycleLR cycle({.total_steps = 6, .pct_start = 0.5});
  Model fitted = regression(), looped = regression();
  fit(fitted, data,
      {.loss = MeanSquaredError(),
       .optimizer = SGD({.lr = 0.2, .momentum = 0.9}),
       .schedule = cycle,
       .epochs = 6,
       .batch = 8,
       .shuffle = false});
  looped.plan_training(MeanSquaredError(), {Shape{1}});
  const ConstTensorView x[] = {data.inputs()[0].values}, t[] = {data.targets()[0].values};
  for (std::uint64_t time = 0; time < 6; ++time) {
    looped.backward({.inputs = x, .targets = t, .sample_weights = {}});
    step(looped, SGD({.lr = cycle.rate(0.2, time, {}), .momentum = 0.9}));
  }
  CHECK(bits(fitted.parameter_arena()) == bits(looped.parameter_arena()));
}

TEST_CASE("schedules: the own rate of a group follows too") {
  Model model = regression();
  for (const ArenaEntry& entry : model.parameters()) fill(model.parameter(entry.name), 0);
  // With all weights 0 only the last bias has a gradient: -2 times the mean of the targets.
  const Dataset data = curve(8);
  double mean = 0;
  for (const double y : numbers(data.targets()[0].values)) mean += y / 8;
  fit(model, data,
      {.loss = MeanSquaredError(),
       .optimizer = SGD({.lr = 1}),
       .groups = {{.names = "2.bias", .lr = 0.5}},
       .schedule = ConstantLR({.factor = 0.25, .total_iters = 1}),
       .batch = 8,
       .shuffle = false});
  CHECK(numbers(model.parameter("2.bias"))[0] == doctest::Approx(0.5 * 0.25 * 2 * mean));
}

TEST_CASE("schedules: two fits are one longer fit to the bit and another schedule begins anew") {
  const Dataset data = blobs(37), test = blobs(20, 6, 3, 2);
  for (const auto& entry : schedules()) {
    const std::string& name = entry.first;
    const AnySchedule& schedule = entry.second;
    CAPTURE(name);
    Model once = classifier(), twice = classifier();
    FitOptions options = sgd_options(schedule, 6);
    options.validation = &test;
    fit(once, data, options);
    options.epochs = 2;
    fit(twice, data, options);
    options.epochs = 4;
    fit(twice, data, options);
    CHECK(Snapshot(once) == Snapshot(twice));
    CHECK(once.training_state().schedule.type == schedule->type());
    CHECK(once.training_state().schedule.config == schedule->config());
    CHECK(once.training_state().schedule.unit == schedule->unit());
    CHECK(once.training_state().schedule.time == twice.training_state().schedule.time);
    CHECK(once.training_state().schedule.memory == twice.training_state().schedule.memory);
    options.schedule = StepLR({.step_size = 2, .gamma = 0.125});
    options.epochs = 1;
    CHECK(rates_of(twice, data, options)[0] == 0.5);
  }
}

TEST_CASE("schedules: another config or unit begins anew and leaves what was there until its first advance") {
  const Dataset data = blobs(24);  // 3 steps an epoch
  Model model = classifier();
  FitOptions options = sgd_options(StepLR({.step_size = 2, .gamma = 0.5}), 3);
  fit(model, data, options);
  CHECK(model.training_state().schedule.time == 3);
  options.epochs = 1;
  CHECK(rates_of(model, data, options) == std::vector<double>(3, 0.25));
  options.schedule = StepLR({.step_size = 2, .gamma = 0.25});
  CHECK(rates_of(model, data, options) == std::vector<double>(3, 0.5));
  CHECK(model.training_state().schedule.time == 1);
  CHECK(model.training_state().schedule.config == StepLR({.step_size = 2, .gamma = 0.25}).config());
  options.schedule_unit = ScheduleUnit::step;
  CHECK(rates_of(model, data, options) == std::vector<double>{0.5, 0.5, 0.125});
  CHECK(model.training_state().schedule.time == 3);
  CHECK(model.training_state().schedule.unit == ScheduleUnit::step);
  options.schedule = {};
  fit(model, data, options);
  CHECK(model.training_state().schedule.time == 3);  // no step was counted
}

TEST_CASE("schedules: what the last epoch showed is remembered when the time counts steps") {
  const Dataset data = blobs(24), test = blobs(20, 6, 3, 2);
  Model once = classifier(), twice = classifier();
  FitOptions options = sgd_options(ReduceLROnPlateau({.factor = 0.5, .patience = 0, .threshold = 0.999}), 4);
  options.schedule_unit = ScheduleUnit::step;
  options.validation = &test;
  fit(once, data, options);
  options.epochs = 1;
  for (int i = 0; i < 4; ++i) fit(twice, data, options);
  CHECK(Snapshot(once) == Snapshot(twice));
  CHECK(once.training_state().schedule.memory == twice.training_state().schedule.memory);
}

TEST_CASE("schedules: on a plateau the validation loss decides and else the training loss") {
  const Dataset data = blobs(24), test = blobs(20, 6, 3, 2);
  Model model = classifier();
  // The loss never improves by 99.9 %: every bad epoch halves the rate.
  FitOptions options = sgd_options(ReduceLROnPlateau({.factor = 0.5, .patience = 0, .threshold = 0.999}), 4);
  options.optimizer = SGD({.lr = 1e-3});
  options.validation = &test;
  std::vector<double> rates, losses;
  options.on_epoch = [&](const EpochReport& report) {
    rates.push_back(report.learning_rate);
    losses.push_back(*report.validation_loss);
    return Control::go_on;
  };
  fit(model, data, options);
  CHECK(rates == std::vector<double>{1e-3, 1e-3, 0.5e-3, 0.25e-3});
  CHECK(model.training_state().schedule.memory[0] == losses[0]);
  Model plain = classifier();
  options.validation = nullptr;
  options.on_epoch = {};
  const History history = fit(plain, data, options);
  CHECK(plain.training_state().schedule.memory[0] == history.epochs[0].loss);
  Model accurate = classifier();
  options.schedule = ReduceLROnPlateau({.mode = Plateau::Mode::max});
  fit(accurate, data, options);
  CHECK(accurate.training_state().schedule.memory[0] > 0);
  CHECK(accurate.training_state().schedule.memory[0] <= 1);
  Model without = regression();
  CHECK_THROWS_WITH_AS(
      fit(without, curve(8), {.loss = MeanSquaredError(), .optimizer = SGD(), .schedule = options.schedule}),
      "fit: ReduceLROnPlateau(mode=max, factor=0.1, patience=10, threshold=0.0001, threshold_mode=rel, cooldown=0, min_lr=0, eps=1e-08) "
      "watches the accuracy, which no loss here has. Let it watch the loss, or use class labels.",
      ConfigError);
}

TEST_CASE("schedules: options outside their range are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH_AS(StepLR({.step_size = 0}), "StepLR: step_size is 0, expected at least 1.", ConfigError);
  CHECK_THROWS_WITH_AS(StepLR({.gamma = nan}), "StepLR: gamma is nan, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(MultiStepLR({.milestones = {3, 2}}), "MultiStepLR: milestones are not in order. Sort them.", ConfigError);
  CHECK_THROWS_WITH_AS(MultiStepLR({.milestones = {-2, 2}}), "MultiStepLR: the first of milestones is -2, expected 0 or more.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(ExponentialLR({.gamma = -1}), "ExponentialLR: gamma is -1, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(PolynomialLR({.total_iters = 0}), "PolynomialLR: total_iters is 0, expected at least 1.", ConfigError);
  CHECK_THROWS_WITH_AS(ConstantLR({.total_iters = -1}), "ConstantLR: total_iters is -1, expected at least 0.", ConfigError);
  CHECK_THROWS_WITH_AS(LinearLR({.end_factor = nan}), "LinearLR: end_factor is nan, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(CosineAnnealingLR({.T_max = 0}), "CosineAnnealingLR: T_max is 0, expected at least 1.", ConfigError);
  CHECK_THROWS_WITH_AS(CosineAnnealingWarmRestarts({.T_mult = 0}), "CosineAnnealingWarmRestarts: T_mult is 0, expected at least 1.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(OneCycleLR({}), "OneCycleLR: total_steps is 0, expected at least 1.", ConfigError);
  CHECK_THROWS_WITH_AS(OneCycleLR({.total_steps = 5, .pct_start = 2}), "OneCycleLR: pct_start is 2, expected a number from 0 to 1.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(OneCycleLR({.total_steps = 5, .div_factor = 0}), "OneCycleLR: div_factor is 0, expected a finite number above 0.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(ReduceLROnPlateau({.factor = 1}), "ReduceLROnPlateau: factor is 1, expected a number from 0 to below 1.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(ReduceLROnPlateau({.patience = -1}), "ReduceLROnPlateau: patience is -1, expected at least 0.", ConfigError);
  CHECK_THROWS_WITH_AS(LinearWarmup({.total_iters = 0}), "LinearWarmup: total_iters is 0, expected at least 1.", ConfigError);
}
