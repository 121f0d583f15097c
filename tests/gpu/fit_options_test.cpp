// Training on a device against the CPU with all options of fit: layers, losses, optimizers, schedules, parameter groups, clipping, metrics.

#include <cmath>
#include <string>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/hinge.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/residual.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>
#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/linear_warmup.hpp>
#include <weir/training/metrics.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/regression_metrics.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>
#include <weir/training/step_lr.hpp>

#include "tests/gpu/device.hpp"
#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// 6 batches of 16 and one of 13.
const Dataset& data() {
  static const Dataset all = blobs(109);
  return all;
}

FitOptions options_with(AnyOptimizer optimizer = SGD({.lr = 0.05})) {
  FitOptions options;
  options.loss = SoftmaxCrossEntropy();
  options.optimizer = std::move(optimizer);
  options.epochs = 3;
  options.batch = 16;
  return options;
}

// Tolerance after some tens of steps in f64 with sums in another order; 0 for the stand-in, which computes as the CPU does.
double drift() { return device_is_stand_in() ? 0 : 1e-8; }

// Trains the same network on both devices in f64 and compares the results.
void compare_fits(const Graph& net, const Dataset& train, const FitOptions& options, double bound = drift()) {
  Model host(net, {.dtype = DType::f64, .max_batch = 16, .seed = 3});
  Model device(net, {.device = gpu, .dtype = DType::f64, .max_batch = 16, .seed = 3});
  const History a = fit(host, train, options), b = fit(device, train, options);
  REQUIRE(a.epochs.size() == b.epochs.size());
  for (std::size_t i = 0; i < a.epochs.size(); ++i) {
    INFO("epoch " << i);
    CHECK(std::abs(a.epochs[i].loss - b.epochs[i].loss) <= bound * (1 + std::abs(a.epochs[i].loss)));
    CHECK(a.epochs[i].learning_rate == b.epochs[i].learning_rate);
    CHECK(a.epochs[i].accuracy.has_value() == b.epochs[i].accuracy.has_value());
    if (a.epochs[i].accuracy) CHECK(std::abs(*a.epochs[i].accuracy - *b.epochs[i].accuracy) <= (bound == 0 ? 0 : 0.02));
  }
  CHECK(difference(device.parameter_arena(), host.parameter_arena()) <= bound);
  if (host.state_arena().elements() > 0) CHECK(difference(device.state_arena(), host.state_arena()) <= bound);
  CHECK(device.training_state().step == host.training_state().step);
}

Graph plain() { return sequential({6}, Dense(16), Tanh(), Dense(3)); }

// `data` with some labels replaced by `ignored`, which is no class.
Dataset with_ignored(std::int32_t ignored) {
  const Dataset& all = data();
  Tensor x = clone(all.inputs()[0].values), labels = clone(all.targets()[0].values);
  for (std::size_t i = 0; i < 109; i += 5) labels.values<std::int32_t>()[i] = ignored;
  return Dataset(std::move(x), std::move(labels));
}

}  // namespace

TEST_CASE("cuda: networks of every layer learn what they learn on the CPU") {
  if (!device_here()) return;
  compare_fits(sequential({6}, Dense(16), BatchNorm(), PReLU(16), Dropout(0.2), Dense(8), LayerNorm(), PReLU(), Dense(3)), data(),
               options_with());
  compare_fits(sequential({6}, Dense(8), RMSNorm(), Residual(Dense(8), Tanh(), Dropout(0.1)), BatchNorm({.affine = false}), Dense(3)),
               data(), options_with());
  Graph gated;
  const Node x = gated.input({6}), h = gated.add(Dense(8), {x});
  gated.output(gated.add(Dense(3), {gated.add(Multiply(), {h, gated.add(Softmax(), {h})})}));
  compare_fits(gated, data(), options_with());
}

TEST_CASE("cuda: a table of rows learns what it learns on the CPU") {
  if (!device_here()) return;
  std::vector<double> words, labels;
  for (int i = 0; i < 50; ++i) {
    for (int j = 0; j < 4; ++j) words.push_back((i * 3 + j * j) % 9);
    labels.push_back(i % 3);
  }
  const Dataset text(tensor(words, {50, 4}, DType::i32), tensor(labels, {50}, DType::i32));
  Graph net;
  const Node x = net.input({4}, Storage::i32);
  net.output(net.add(Dense(3), {net.add(Flatten(), {net.add(Embedding(9, 5), {x})})}));
  compare_fits(net, text, options_with());
}

TEST_CASE("cuda: an index outside the table is named by forward and refused by the step of training") {
  if (!device_here() || device_is_stand_in()) return;
  const Tensor words = tensor({0, 1, 2, 9}, {4}, DType::i32), labels = tensor({0, 1, 2, 0}, {4}, DType::i32);
  const Tensor words_there = words.to(gpu), labels_there = labels.to(gpu);
  const ConstTensorView inputs[] = {words_there}, targets[] = {labels_there};
  Graph net;
  net.output(net.add(Dense(3), {net.add(Embedding(9, 5), {net.input({}, Storage::i32)})}));
  Model model(net, {.device = gpu});
  model.plan_training(SoftmaxCrossEntropy(), {Shape{}});
  const auto before = bits(model.parameter_arena());
  CHECK_THROWS_WITH_AS(model.forward(words_there),
                       "embedding(9, 5): sample 3 has the index 9, expected 0 to 8. Correct the input, or give the layer more rows.",
                       ConfigError);
  model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});  // does not wait for the device
  CHECK(std::isnan(model.loss()));
  CHECK_THROWS_AS(step(model, SGD()), NumericError);
  CHECK(bits(model.parameter_arena()) == before);
}

TEST_CASE("cuda: losses of labels train as on the CPU and labels to be ignored count in no accuracy") {
  if (!device_here()) return;
  for (const Losses& loss : {Losses(SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = {1, 2, 0.5}})), Losses(MultiMargin({.p = 2}))}) {
    FitOptions options = options_with();
    options.loss = loss;
    compare_fits(plain(), data(), options);
  }
  for (const std::int32_t ignored : {-100, 1}) {
    FitOptions options = options_with();
    options.loss = SoftmaxCrossEntropy({.ignore_index = ignored});
    compare_fits(plain(), with_ignored(ignored), options);
    options.loss = NegativeLogLikelihood({.weight = {1, 2, 0.5}, .ignore_index = ignored});
    compare_fits(sequential({6}, Dense(3), LogSoftmax()), with_ignored(ignored), options);
  }
}

TEST_CASE("cuda: losses of two classes and of one-hot targets count the accuracy of the CPU") {
  if (!device_here()) return;
  const Dataset& all = data();
  const ConstTensorView labels = all.targets()[0].values;
  const auto with_targets = [&](double low) {
    Tensor targets(Shape{109, 3}, DType::f32);
    fill(targets, low);
    for (std::int64_t i = 0; i < 109; ++i)
      targets.values<float>()[static_cast<std::size_t>(3 * i + labels.values<std::int32_t>()[static_cast<std::size_t>(i)])] = 1;
    return Dataset(clone(all.inputs()[0].values), std::move(targets));
  };
  for (const Losses& loss : {Losses(SoftmaxCrossEntropy()), Losses(BinaryCrossEntropyWithLogits()), Losses(Hinge())}) {
    INFO(loss.terms()[0].loss->describe());
    const Dataset train = with_targets(loss.terms()[0].loss->type() == "hinge" ? -1 : 0);
    FitOptions options = options_with();
    options.loss = loss;
    compare_fits(plain(), train, options);
    Model model(plain(), {.device = gpu});
    CHECK(fit(model, train, options).epochs[0].accuracy.has_value());
  }
}

TEST_CASE("cuda: every optimizer trains as on the CPU") {
  if (!device_here()) return;
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    INFO(optimizer->describe());
    // Adaptive optimizers scale even gradients that are only rounding errors up to full steps.
    compare_fits(plain(), data(), options_with(optimizer), 100 * drift());
  }
}

TEST_CASE("cuda: every schedule moves the rate as on the CPU") {
  if (!device_here()) return;
  for (const AnySchedule& schedule :
       {AnySchedule(StepLR({.step_size = 1, .gamma = 0.5})), AnySchedule(MultiStepLR({.milestones = {1, 2}, .gamma = 0.3})),
        AnySchedule(ExponentialLR({.gamma = 0.9})), AnySchedule(PolynomialLR({})), AnySchedule(ConstantLR({})), AnySchedule(LinearLR({})),
        AnySchedule(CosineAnnealingLR({.T_max = 5})), AnySchedule(CosineAnnealingWarmRestarts({.T_0 = 2})),
        AnySchedule(OneCycleLR({.total_steps = 21})), AnySchedule(LinearWarmup({.total_iters = 4}, ExponentialLR({.gamma = 0.9}))),
        AnySchedule(ReduceLROnPlateau({.factor = 0.5, .patience = 0, .threshold = 10}))}) {
    for (const ScheduleUnit unit : {ScheduleUnit::step, ScheduleUnit::epoch}) {
      if (unit == ScheduleUnit::step && schedule->watches() != ScheduleWatch::nothing) continue;
      INFO(schedule->describe());
      FitOptions options = options_with();
      options.schedule = schedule;
      options.schedule_unit = unit;
      compare_fits(plain(), data(), options);
    }
  }
}

TEST_CASE("cuda: groups and penalties and limits of every kind train as on the CPU") {
  if (!device_here()) return;
  FitOptions options = options_with(AdamW({.lr = 0.01}));
  options.groups = {{.names = "0.bias", .frozen = true},
                    {.names = "0.*", .lr = 0.02, .weight_decay = 0.1, .l2 = 0.01, .max_norm = 0.5},
                    {.names = "2.weight", .l1 = 0.01, .max_norm = 1}};
  compare_fits(plain(), data(), options, 100 * drift());
  for (const GradientClip& clip : {GradientClip{.value = 0.01}, GradientClip{.norm = 0.1}, GradientClip{.global_norm = 0.1}}) {
    options.clip = clip;
    compare_fits(plain(), data(), options, 100 * drift());
  }
}

TEST_CASE("cuda: the average of the weights is that of the CPU and validation measures it") {
  if (!device_here()) return;
  FitOptions options = options_with(Adam({.lr = 0.01}));
  options.validation = &data();
  for (const WeightAverage& average : {WeightAverage{.decay = 0.9}, WeightAverage{.decay = 0.3, .every = 3, .start = 5}}) {
    options.average = average;
    Model host(plain(), {.dtype = DType::f64, .max_batch = 16, .seed = 3});
    Model device(plain(), {.device = gpu, .dtype = DType::f64, .max_batch = 16, .seed = 3});
    for (int times = 0; times < 2; ++times) {  // the second fit goes on
      const History a = fit(host, data(), options), b = fit(device, data(), options);
      for (std::size_t i = 0; i < a.epochs.size(); ++i)
        CHECK(std::abs(*a.epochs[i].validation_loss - *b.epochs[i].validation_loss) <= 100 * drift());
      const AverageState &expected = host.training_state().average, &state = device.training_state().average;
      CHECK(difference(state.values, expected.values) <= 100 * drift());
      CHECK(difference(device.parameter_arena(), host.parameter_arena()) <= 100 * drift());
      CHECK(state.updates == expected.updates);
      CHECK(state.values.device() == gpu);
      const Model averaged = averaged_model(device);
      CHECK(bits(averaged.parameter_arena()) == bits(state.values));
    }
  }
}

TEST_CASE("cuda: samples weigh as on the CPU") {
  if (!device_here()) return;
  std::vector<double> numbers;
  for (int i = 0; i < 109; ++i) numbers.push_back(i % 4 * 0.75);
  const Tensor weights = tensor(numbers, {109}, DType::f64);
  FitOptions options = options_with();
  options.sample_weights = {weights};
  compare_fits(plain(), data(), options);
}

TEST_CASE("cuda: several batches make one step as on the CPU") {
  if (!device_here()) return;
  FitOptions options = options_with();
  options.accumulate = 3;
  compare_fits(plain(), data(), options);
  options.clip.global_norm = 0.1;
  compare_fits(sequential({6}, Dense(8), Dropout(0.2), Dense(3)), data(), options);
}

TEST_CASE("cuda: metrics of a model are those of the CPU") {
  if (!device_here()) return;
  Model host(plain(), {.dtype = DType::f64, .seed = 3}), device(plain(), {.device = gpu, .dtype = DType::f64, .seed = 3});
  CHECK(top_k_accuracy(device, data(), 2) == doctest::Approx(top_k_accuracy(host, data(), 2)));
  CHECK(confusion_matrix(device, data()).counts == confusion_matrix(host, data()).counts);
  const Dataset line = curve(37);
  Model a = regression(), b = regression({.device = gpu, .dtype = DType::f64});
  const RegressionMetrics x = regression_metrics(a, line), y = regression_metrics(b, line);
  CHECK(std::abs(x.mean_absolute_error - y.mean_absolute_error) <= 1e-12);
  CHECK(std::abs(x.mean_squared_error - y.mean_squared_error) <= 1e-12);
  CHECK(std::abs(x.r2 - y.r2) <= 1e-10);
}
