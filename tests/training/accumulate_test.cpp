#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <utility>
#include <vector>
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

template <class T>
std::vector<T> values_of(const ConstTensorView& view) {
  return {view.values<T>().begin(), view.values<T>().end()};
}

// tree(lo, hi) = tree(lo, lo + p) + tree(lo + p, hi) with p the largest power of two below hi - lo.
template <class T>
std::vector<T> tree(const std::vector<std::vector<T>>& leaves, std::size_t lo, std::size_t hi) {
  if (hi - lo == 1) return leaves[lo];
  std::size_t p = 1;
  while (2 * p < hi - lo) p *= 2;
  std::vector<T> sum = tree(leaves, lo, lo + p);
  const std::vector<T> right = tree(leaves, lo + p, hi);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = sum[i] + right[i];
  return sum;
}

// Steps of n batches of 4 samples, and an epoch's last one of fewer batches, the last of which has 3: the gradients that steps were made
// with, against those of Model::backward for each batch, scaled and added up here.
template <class T>
void check_tree(std::int64_t n) {
  const DType dtype = dtype_of<T>();
  const ModelOptions how{.dtype = dtype, .seed = 3};
  for (const std::int64_t batches : {n, n + (n + 1) / 2}) {
    CAPTURE(n);
    CAPTURE(batches);
    const std::int64_t samples = 4 * batches - 1, begin = batches == n ? 0 : 4 * n;
    const Dataset data = curve(samples, 3, dtype);
    Model fitted = regression(how), model = regression(how);
    FitOptions options{.loss = MeanSquaredError(), .optimizer = SGD({.lr = 0}), .batch = 4, .accumulate = n, .shuffle = false};
    const double loss = train(fitted, data, options).back().loss;

    model.plan_training(MeanSquaredError(), {Shape{1}});
    std::vector<std::vector<T>> leaves;
    double expected_loss = 0;
    for (std::int64_t at = begin; at < samples; at += 4) {
      const std::int64_t rows = std::min<std::int64_t>(4, samples - at);
      const ConstTensorView x[] = {data.inputs()[0].values.rows(at, rows)}, t[] = {data.targets()[0].values.rows(at, rows)};
      model.backward({.inputs = x, .targets = t, .sample_weights = {}});
      const double share = static_cast<double>(rows) / static_cast<double>(samples - begin);
      expected_loss += share * model.loss();
      leaves.push_back(values_of<T>(model.gradient_arena()));
      for (T& g : leaves.back()) g *= static_cast<T>(share);
    }
    CHECK(values_of<T>(fitted.gradient_arena()) == tree(leaves, 0, leaves.size()));
    CHECK(loss == expected_loss);
  }
}

}  // namespace

TEST_CASE("accumulate: gradients are added in a binary tree over the batches of a step and losses in order") {
  for (std::int64_t n = 1; n <= 9; ++n) {
    check_tree<float>(n);
    check_tree<double>(n);
  }
}

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
  // The loss of a step's first batch alone, all gradients being finite: BadLoss is infinite for a batch's second sample, and the last has
  // one.
  Model first = regression();
  const Snapshot before(first);
  const double infinity = std::numeric_limits<double>::infinity();
  FitOptions options{.loss = BadLoss(infinity), .optimizer = SGD(), .batch = 2, .accumulate = 2, .shuffle = false};
  CHECK_THROWS_WITH_AS(fit(first, curve(3), options),
                       "fit: step 1: loss 0 (bad_loss) is inf at [1], expected finite numbers. The Model is as it was before this step. "
                       "Lower the learning rate or look at the data.",
                       NumericError);
  CHECK(Snapshot(first).parameters == before.parameters);
  options.check_finite = false;
  CHECK(fit(first, curve(3), options).epochs[0].loss == infinity);
  Model model = regression();
  CHECK_THROWS_WITH_AS(fit(model, curve(10), {.loss = MeanSquaredError(), .optimizer = SGD(), .accumulate = 0}),
                       "fit: accumulate is 0, expected at least 1.", ConfigError);
}
