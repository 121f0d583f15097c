// Gradient accumulation, observed by the stand-in device: what is recorded and replayed, in what order, and the state after a failed step.

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>

#include "gpu/runtime/runtime.hpp"
#include "tests/gpu/fit_options.hpp"
#include "tests/gpu/passes.hpp"
#include "tests/gpu/stand_in.hpp"
#include "tests/support/passing_layer.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Device gpu = Device::cuda();

// With 115 samples an epoch has 3 steps: 16 + 16 + 16 twice, then 16 + 3.
FitOptions in_threes(std::int64_t epochs) {
  FitOptions options = options_for(epochs);
  options.accumulate = 3;
  return options;
}

Graph noisy() { return sequential({6}, Dense(16), BatchNorm(), ReLU(), Dropout(0.2), Dense(3)); }

// y = x. When the device executes it, it notes pass, random key and step number.
class Notes : public PassingLayer {
 public:
  using Note = std::tuple<std::string, std::uint64_t, std::uint64_t>;  // pass, random key, step number
  explicit Notes(std::shared_ptr<std::vector<Note>> notes) : PassingLayer("notes"), notes_(std::move(notes)) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    if (context.training) note(context, "forward");
  }
  void backward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::backward(context, args);
    note(context, "backward");
  }
  bool capturable() const override { return true; }

 private:
  void note(const Context& context, const char* pass) const {
    const auto work = [notes = notes_, pass, key = context.key.value, step = context.step] { notes->emplace_back(pass, key, *step); };
    if (context.device.is_cpu()) return work();
    cuda::check(StandIn::run(work, context.stream), "notes");
  }
  std::shared_ptr<std::vector<Note>> notes_;
};

// The message of what fit threw, or an empty string.
std::string message_of(Model& model, const Dataset& data, const FitOptions& options) {
  try {
    fit(model, data, options);
  } catch (const NumericError& error) {
    return error.what();
  }
  return {};
}

// The same samples, with the first feature of one of them replaced.
Dataset with_outlier(std::int64_t sample, float value) {
  const Dataset all = blobs(115);
  Tensor x = clone(all.inputs()[0].values), labels = clone(all.targets()[0].values);
  x.values<float>()[static_cast<std::size_t>(6 * sample)] = value;
  return Dataset(std::move(x), std::move(labels));
}

}  // namespace

TEST_CASE("accumulated steps: after the first step of each size every batch is one replay") {
  StandIn device;
  Model model = classifier({.device = gpu});
  FitOptions options = in_threes(4);
  std::vector<std::int64_t> captures, replays;
  options.on_epoch = [&](const EpochReport&) {
    captures.push_back(device.count("begin_capture"));
    replays.push_back(device.count("replay"));
    return Control::go_on;
  };
  fit(model, blobs(115), options);
  CHECK(model.training_state().step == 4 * 3);
  // The second occurrence of a step size is recorded: the full step's in the first epoch, the smaller last step's in the second.
  CHECK(captures == std::vector<std::int64_t>{3, 5, 5, 5});
  CHECK(replays == std::vector<std::int64_t>{3, 3 + 8, 3 + 16, 3 + 24});
  CHECK(device.count("release_graph") == 5);
}

TEST_CASE("accumulated steps: the passes follow each other with the random numbers and step counts of the CPU") {
  using Seen = std::vector<Notes::Note>;
  const auto notes_of = [](Device where) {
    const auto notes = std::make_shared<Seen>();
    Model model(sequential({6}, Dense(16), Notes(notes), Dense(3)), {.device = where, .seed = 3});
    fit(model, blobs(115), in_threes(3));
    return *notes;
  };
  StandIn device;
  const Seen there = notes_of(gpu), host = notes_of(Device::cpu());
  CHECK(host.size() == 2 * 3 * 8);
  CHECK(there == host);
}

TEST_CASE("accumulated steps: gradients are summed up after each batch without a copy") {
  StandIn device;
  Model model = classifier({.device = gpu});
  fit(model, blobs(96), in_threes(1));  // one step runs directly, one is recorded
  std::vector<std::int64_t> runs, copies;
  for (const StandIn::Call& call : device.calls()) {
    if (call.what == "begin_capture") runs.push_back(0), copies.push_back(0);
    if (call.captured && call.what == "run") ++runs.back();
    if (call.captured && call.what == "copy") ++copies.back();
  }
  REQUIRE(runs.size() == 3);
  CHECK(runs[1] == runs[0]);
  CHECK(runs[2] > runs[0]);  // the look at the gradients and the update
  CHECK(copies == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE("accumulated steps: a network with state and random numbers learns what it learns on the CPU at any pace") {
  std::vector<double> numbers;
  for (int i = 0; i < 115; ++i) numbers.push_back(i % 5 * 0.5);
  const Tensor weights = tensor(numbers, {115}, DType::f32);
  for (const std::int64_t accumulate : {2, 3, 7, 8, 100}) {
    CAPTURE(accumulate);
    FitOptions options = in_threes(3);
    options.accumulate = accumulate;
    options.sample_weights = {weights};
    options.clip.global_norm = 0.1;
    Model host(noisy(), {.seed = 3});
    const History here = fit(host, blobs(115), options);
    for (const std::uint64_t seed : {0U, 1U, 2U}) {
      StandIn device;
      device.defer(seed);
      Model model(noisy(), {.device = gpu, .seed = 3});
      const History there = fit(model, blobs(115), options);
      CHECK(device.count("replay") > 0);
      CHECK(Snapshot(model) == Snapshot(host));
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(there.epochs[i].loss == here.epochs[i].loss);
        CHECK(*there.epochs[i].accuracy == *here.epochs[i].accuracy);
        CHECK(there.epochs[i].samples == 115);
      }
    }
  }
}

TEST_CASE("accumulated steps: data that does not fit is brought between the batches of a step") {
  const Dataset data = blobs(4009);  // 83 steps of 3 batches and one of 16 + 9
  Model host(noisy(), {.seed = 3});
  fit(host, data, in_threes(2));
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    StandIn device;
    Model model(noisy(), {.device = gpu, .seed = 3});
    device.limit(device.used() + 90000);
    device.defer(seed);
    fit(model, data, in_threes(2));
    CHECK(device.count("wait_event") == 2 * 251);
    CHECK(device.count("replay") == 2 * 251 - (3 + 2));
    CHECK(Snapshot(model) == Snapshot(host));
  }
}

TEST_CASE("accumulated steps: a look after every few steps changes no bit and sees the loss of each step") {
  StandIn device;
  const auto train = [](Device where, std::int64_t every) {
    std::vector<double> losses;
    Model model(noisy(), {.device = where, .seed = 3});
    FitOptions options = in_threes(2);
    options.on_step_every = every;
    options.on_step = [&](const StepReport& report) {
      losses.insert(losses.end(), {report.loss, report.epoch_loss, *report.accuracy, static_cast<double>(report.samples),
                                   static_cast<double>(report.total_steps)});
      return Control::go_on;
    };
    fit(model, blobs(115), options);
    return std::pair(Snapshot(model), losses);
  };
  for (const std::int64_t every : {1, 2, 3}) CHECK(train(gpu, every) == train(Device::cpu(), every));
}

TEST_CASE("accumulated steps: after the first epochs nothing is allocated and the host waits a few times an epoch") {
  check_steady_state(in_threes(5));  // an epoch is 34 steps of 3 batches
}

TEST_CASE("accumulated steps: of very many batches a step the first are replayed and the others enqueued anew") {
  const Dataset data = blobs(200);
  FitOptions options = in_threes(4);
  options.batch = 2;
  options.accumulate = std::numeric_limits<std::int64_t>::max();
  Model host(noisy(), {.seed = 3});
  fit(host, data, options);
  StandIn device;
  Model model(noisy(), {.device = gpu, .seed = 3});
  fit(model, data, options);
  CHECK(device.count("begin_capture") == 64);
  CHECK(device.count("replay") == 3 * 64);
  CHECK(Snapshot(model) == Snapshot(host));
}

TEST_CASE("accumulated steps: a layer that cannot be recorded runs anew in each batch and learns the same") {
  StandIn device;
  const auto train = [](Device where, bool capturable) {
    const auto calls = std::make_shared<std::int64_t>(0);
    Model model(sequential({6}, Dense(16), Passes(capturable, calls), Dense(3)), {.device = where, .seed = 3});
    fit(model, blobs(115), in_threes(2));
    return std::pair(Snapshot(model), *calls);
  };
  const auto host = train(Device::cpu(), false);
  CHECK(train(gpu, false) == host);
  CHECK(device.count("begin_capture") == 0);
  CHECK(train(gpu, true) == std::pair(host.first, std::int64_t{2 * (3 + 2)}));
}

TEST_CASE("accumulated steps: a batch that is not finite is named as on the CPU and its step changes nothing") {
  // An outlier in each batch of the second step, which is recorded, and of the smaller last step; multiplied by a weight it overflows.
  for (const std::int64_t sample : {50, 70, 90, 100, 113}) {
    CAPTURE(sample);
    StandIn device;
    const Dataset data = with_outlier(sample, 3e38F);
    FitOptions options = in_threes(2);
    options.shuffle = false;
    Model host = classifier({.seed = 3}), model = classifier({.device = gpu, .seed = 3});
    for (Model* each : {&host, &model}) fill(each->parameter("0.weight"), 2);
    const std::string message = message_of(host, data, options);
    CHECK(message.starts_with(sample < 96 ? "fit: step 2" : "fit: step 3"));
    CHECK(message_of(model, data, options) == message);
    CHECK(Snapshot(model) == Snapshot(host));
    CHECK(model.training_state().step == (sample < 96 ? 1 : 2));
    options.check_finite = false;
    fit(host, data, options);
    fit(model, data, options);
    CHECK(Snapshot(model) == Snapshot(host));
  }
}

TEST_CASE("accumulated steps: the loss of every batch is looked at and not that of the last alone") {
  // The loss of one sample overflows, its gradient does not: batch 1 of 3 in the second step.
  StandIn device;
  const Dataset line = curve(96, 3, DType::f32);
  Tensor x = clone(line.inputs()[0].values), y = clone(line.targets()[0].values);
  for (float& value : x.values<float>().subspan(3 * 60, 3)) value = 0.01F;
  y.values<float>()[60] = 2e19F;
  const Dataset data(std::move(x), std::move(y));
  FitOptions options = in_threes(2);
  options.loss = MeanSquaredError();
  options.optimizer = SGD({.lr = 1e-3});
  options.shuffle = false;
  Model host = regression({.dtype = DType::f32, .seed = 3}), model = regression({.device = gpu, .dtype = DType::f32, .seed = 3});
  const std::string message = message_of(host, data, options);
  CHECK(message.starts_with("fit: step 2"));
  CHECK(message_of(model, data, options) == message);
  CHECK(Snapshot(model) == Snapshot(host));
}

TEST_CASE("accumulated steps: steps that need care are taken by the host from their first batch on") {
  for (const bool fits : {true, false}) {
    StandIn device;
    const Dataset data = blobs(4009);
    Model model(noisy(), {.device = gpu, .seed = 3}), host(noisy(), {.seed = 3});
    for (Model* each : {&model, &host})
      fill(each->parameter("4.bias"), 1e38);  // above the magnitude up to which adam needs no finite check of the parameters
    if (!fits) device.limit(device.used() + 90000);
    device.defer(5);
    const History there = fit(model, data, in_threes(1)), here = fit(host, data, in_threes(1));
    CHECK(model.training_state().step == 84);
    CHECK(Snapshot(model) == Snapshot(host));
    CHECK(there.epochs[0].loss == here.epochs[0].loss);
    CHECK(*there.epochs[0].accuracy == *here.epochs[0].accuracy);
  }
}

TEST_CASE("accumulated steps: an error between the batches of a step leaves the steps before it") {
  // A layer that makes the recording of batch 1 of the second step fail.
  class Fails : public Passes {
   public:
    Fails(StandIn& device, std::shared_ptr<std::int64_t> calls) : Passes(true, calls), device_(device), calls_(std::move(calls)) {}
    void forward(const Context& context, const LayerArgs& args) const override {
      Passes::forward(context, args);
      if (*calls_ == 5) device_.fail_next("end_capture", StandIn::invalid);
    }

   private:
    StandIn& device_;
    std::shared_ptr<std::int64_t> calls_;
  };
  StandIn device;
  const auto calls = std::make_shared<std::int64_t>(0);
  Model model(sequential({6}, Dense(16), Fails(device, calls), Dense(3)), {.device = gpu, .seed = 3});
  Model host(sequential({6}, Dense(16), Passes(true, calls), Dense(3)), {.seed = 3});
  FitOptions options = in_threes(1);
  CHECK_THROWS_WITH_AS(fit(model, blobs(115), options), "cuda: end of a capture: invalid argument (code 1).", DeviceError);
  options.on_step = [](const StepReport&) { return Control::stop; };
  fit(host, blobs(115), options);
  CHECK(Snapshot(model) == Snapshot(host));
  options.on_step = {};
  CHECK_NOTHROW(fit(model, blobs(115), options));
}
