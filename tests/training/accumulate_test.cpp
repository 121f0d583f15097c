#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <set>
#include <utility>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/training/diagnostics/probe_layers.hpp"
#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::vector<StepReport> train(Model& model, const Dataset& data, FitOptions options) {
  std::vector<StepReport> reports;
  options.on_step = [&](const StepReport& report) {
    reports.push_back(report);
    return Control::go_on;
  };
  fit(model, data, options);
  return reports;
}

// y = x, and remembers the key and the step of every call in training.
class KeyWitness : public PassingLayer {
 public:
  using Seen = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  explicit KeyWitness(std::shared_ptr<Seen> forward, std::shared_ptr<Seen> backward)
      : PassingLayer("key_witness"), forward_(std::move(forward)), backward_(std::move(backward)) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    if (context.training) forward_->emplace_back(context.key.value, *context.step);
  }
  void backward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::backward(context, args);
    backward_->emplace_back(context.key.value, *context.step);
  }

 private:
  std::shared_ptr<Seen> forward_, backward_;
};

}  // namespace

TEST_CASE("accumulate: each batch of a step has random numbers of its own") {
  const auto forward = std::make_shared<KeyWitness::Seen>(), backward = std::make_shared<KeyWitness::Seen>();
  Model model(sequential({3}, Dense(2), KeyWitness(forward, backward), Dense(1)), {.dtype = DType::f64});
  fit(model, curve(12), {.loss = MeanSquaredError(), .optimizer = SGD(), .epochs = 2, .batch = 2, .accumulate = 3});
  REQUIRE(forward->size() == 12);
  CHECK(*forward == *backward);
  CHECK(std::set(forward->begin(), forward->end()).size() == 12);
  CHECK((*forward)[0].first == (*forward)[3].first);  // another step's first batch: the step tells them apart
  CHECK((*forward)[0].second + 1 == (*forward)[3].second);
}

TEST_CASE("accumulate: small batches that make one step are one large batch") {
  const Dataset data = curve(23);  // 3 steps of 8, 8 and 7; in pieces of 2 the last has 2, 2, 2 and 1
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    if (optimizer->type() == "lion") continue;  // a sign may turn with the last bit
    CAPTURE(optimizer->describe());
    Model large = regression(), small = regression();
    FitOptions options{.loss = MeanSquaredError(), .optimizer = optimizer, .epochs = 3, .batch = 8};
    const auto expected = train(large, data, options);
    options.batch = 2;
    options.accumulate = 4;
    const auto got = train(small, data, options);
    REQUIRE(got.size() == 9);
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(got[i].loss == doctest::Approx(expected[i].loss).epsilon(1e-7));
      CHECK(got[i].epoch_loss == doctest::Approx(expected[i].epoch_loss).epsilon(1e-7));
      CHECK(got[i].samples == expected[i].samples);
      CHECK(got[i].steps == 3);
      CHECK(got[i].total_steps == expected[i].total_steps);
    }
    CHECK(worst_error(numbers(small.parameter_arena()), numbers(large.parameter_arena())) < 1e-7);
  }
}

TEST_CASE("accumulate: more batches than there are make one step an epoch") {
  Model model = classifier();
  const auto reports = train(
      model, blobs(10),
      {.loss = SoftmaxCrossEntropy(), .optimizer = SGD(), .epochs = 2, .batch = 4, .accumulate = std::numeric_limits<std::int64_t>::max()});
  REQUIRE(reports.size() == 2);
  CHECK(reports[1].samples == 10);
  CHECK(model.training_state().step == 2);
}

TEST_CASE("accumulate: a batch that is not finite ends the step before anything changes") {
  for (const auto target : {Bomb::Target::output, Bomb::Target::gradient}) {
    Model model(sequential({3}, Dense(2), Bomb(target, 0), Dense(1)), {.dtype = DType::f64});
    const Snapshot before(model);
    CHECK_THROWS_AS(fit(model, curve(10), {.loss = MeanSquaredError(), .optimizer = SGD(), .batch = 2, .accumulate = 3}), NumericError);
    CHECK(Snapshot(model).parameters == before.parameters);
  }
  Model model = regression();
  CHECK_THROWS_WITH_AS(fit(model, curve(10), {.loss = MeanSquaredError(), .optimizer = SGD(), .accumulate = 0}),
                       "fit: accumulate is 0, expected at least 1.", ConfigError);
}
