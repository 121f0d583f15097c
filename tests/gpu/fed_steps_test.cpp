// Training on data that does not fit into device memory, observed by the stand-in device: steps are recorded and replayed while an
// UploadRing copies batches to the device.

#include <doctest/doctest.h>

#include <string>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/data/loader.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>

#include "tests/gpu/fit_options.hpp"
#include "tests/gpu/stand_in.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Device gpu = Device::cuda();

// 250 batches of 16 and one of 9: 96 KB of features.
const Dataset& data() {
  static const Dataset all = blobs(4009);
  return all;
}

// Limits device memory so that a batch, the gradients and the workspace fit, but not the samples.
void leave_little(StandIn& device, std::size_t bytes = 90000) { device.limit(device.used() + bytes); }

template <class T>
Tensor numbers_of(const Shape& shape, std::int64_t most) {
  Tensor block(shape, dtype_of<T>());
  std::int64_t i = 0;
  for (T& value : block.values<T>()) value = static_cast<T>(i++ * 37 % most);
  return block;
}

// Fields of every dtype, with widths that are not multiples of a 16-byte access.
Dataset many_fields(std::int64_t samples) {
  std::vector<Field> inputs, targets;
  inputs.push_back({numbers_of<std::uint8_t>({samples, 7, 3}, 256), {.divisor = 255}});
  inputs.push_back({numbers_of<double>({samples, 5}, 1001)});
  inputs.push_back({numbers_of<float>({samples}, 997)});
  targets.push_back({numbers_of<std::int32_t>({samples}, 10)});
  targets.push_back({numbers_of<std::uint8_t>({samples, 1}, 2)});
  return Dataset(std::move(inputs), std::move(targets));
}

std::vector<std::vector<unsigned char>> batches_of(Loader& loader, Device device) {
  std::vector<std::vector<unsigned char>> all;
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    if (epoch > 0) loader.shuffle({epoch});
    for (std::int64_t i = 0; i < loader.batches(); ++i) {
      const Batch batch = loader.load(context_for(device), i);
      for (const ConstTensorView& view : batch.inputs) all.push_back(bits(view));
      for (const ConstTensorView& view : batch.targets) all.push_back(bits(view));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("fed steps: a loader brings the batches that it brings from resident data") {
  const Dataset data = many_fields(61);
  for (const DType dtype : {DType::f32, DType::f64}) {
    Loader host(data, Device::cpu(), dtype, 8);
    const auto expected = batches_of(host, Device::cpu());
    for (const bool resident : {true, false}) {
      for (const std::uint64_t seed : {0U, 1U, 2U}) {
        StandIn device;
        Loader loader(data, gpu, dtype, 8, resident);
        CHECK(loader.resident() == resident);
        device.defer(seed);
        CHECK(batches_of(loader, gpu) == expected);
      }
    }
  }
}

TEST_CASE("fed steps: data stays on the host when beside it there is no room for a step") {
  const Dataset data = many_fields(61);
  for (const std::size_t room : {std::size_t{64} << 20, std::size_t{4} << 20}) {
    StandIn device;
    {
      const Loader all(data, gpu, DType::f32, 8);
      device.limit(device.used() + room);
    }
    const Loader loader(data, gpu, DType::f32, 8);
    CHECK(loader.resident() == (room == std::size_t{64} << 20));
    CHECK(device.free() > std::size_t{3} << 20);
  }
}

TEST_CASE("fed steps: data that does not fit trains in replayed steps to the bits of resident data") {
  std::vector<unsigned char> resident, fed;
  std::vector<double> losses;
  {
    StandIn device;
    Model model = classifier({.device = gpu, .seed = 3});
    for (const EpochReport& epoch : fit(model, data(), options_for(3)).epochs) losses.push_back(epoch.loss);
    resident = bits(model.parameter_arena());
    CHECK(device.count("wait_event") == 0);
  }
  // With queues that work as late as possible (seed 0) or at random times.
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    StandIn device;
    Model model = classifier({.device = gpu, .seed = 3});
    leave_little(device);
    device.defer(seed);
    const History history = fit(model, data(), options_for(3));
    CHECK(device.count("begin_capture") == 2);
    CHECK(device.count("replay") == 3 * 251 - 2);
    CHECK(device.count("wait_event") == 3 * 251);
    for (std::size_t i = 0; i < 3; ++i) CHECK(history.epochs[i].loss == losses[i]);
    CHECK(bits(model.parameter_arena()) == resident);
  }
}

TEST_CASE("fed steps: the weights of samples go with their samples") {
  std::vector<double> ahead(4009), back(4009);
  for (int i = 0; i < 4009; ++i) ahead[static_cast<std::size_t>(i)] = back[static_cast<std::size_t>(4008 - i)] = i % 5 * 0.5;
  const Tensor first = tensor(ahead, {4009}, DType::f32), second = tensor(back, {4009}, DType::f64);
  Graph net;
  const Node x = net.input({6}), h = net.add(Dense(16), {x});
  net.output(net.add(Dense(3), {h}));
  net.output(net.add(Dense(3), {h}));
  std::vector<Field> inputs, targets;
  inputs.push_back({clone(data().inputs()[0].values)});
  for (int i = 0; i < 2; ++i) targets.push_back({clone(data().targets()[0].values)});
  const Dataset twice(std::move(inputs), std::move(targets));
  for (const bool one_for_both : {true, false}) {
    FitOptions options = options_for(3);
    options.loss = {SoftmaxCrossEntropy(), MultiMargin()};
    options.sample_weights = one_for_both ? std::vector<ConstTensorView>{first} : std::vector<ConstTensorView>{first, second};
    Model host(net, {.seed = 3});
    fit(host, twice, options);
    for (const bool fits : {true, false}) {
      StandIn device;
      Model model(net, {.device = gpu, .seed = 3});
      if (!fits) leave_little(device, 120000);  // the weights fit
      device.defer(7);
      fit(model, twice, options);
      CHECK((device.count("wait_event") == 0) == fits);
      CHECK(device.count("begin_capture") == 2);
      CHECK(device.count("replay") == 3 * 251 - 2);
      CHECK(bits(model.parameter_arena()) == bits(host.parameter_arena()));
    }
  }
}

TEST_CASE("fed steps: between its looks at the numbers the host waits for slots alone") {
  StandIn device;
  Model model = classifier({.device = gpu});
  leave_little(device);
  FitOptions options = options_for(4);
  std::vector<std::int64_t> allocations, waits;
  options.on_epoch = [&](const EpochReport&) {
    allocations.push_back(device.count("allocate"));
    waits.push_back(device.count("wait") - device.count("wait_event"));
    return Control::go_on;
  };
  fit(model, data(), options);
  for (std::size_t i = 2; i < waits.size(); ++i) {
    CHECK(allocations[i] == allocations[1]);
    CHECK(waits[i] - waits[i - 1] <= 8);  // for 251 steps
  }
}

TEST_CASE("fed steps: without page-locked memory the batches are copied before each step to the same bits") {
  StandIn device;
  Model model = classifier({.device = gpu, .seed = 3});
  leave_little(device);
  device.fail_next("allocate_pinned", StandIn::out_of_memory);
  fit(model, data(), options_for(2));
  CHECK(device.count("begin_capture") == 0);
  CHECK(device.pinned_blocks() == 0);
  Model host = classifier({.seed = 3});
  fit(host, data(), options_for(2));
  CHECK(bits(model.parameter_arena()) == bits(host.parameter_arena()));
  // With enough memory the next fit works.
  fit(model, data(), options_for(1));
  fit(host, data(), options_for(1));
  CHECK(device.count("begin_capture") == 1);  // its only batch of 9 is not recorded
  CHECK(bits(model.parameter_arena()) == bits(host.parameter_arena()));
}

TEST_CASE("fed steps: a sticky error while the ring is made is not taken for a lack of memory") {
  StandIn device;
  Model model = classifier({.device = gpu});
  leave_little(device);
  device.fail_next("allocate_pinned", StandIn::illegal_address);
  CHECK_THROWS_WITH_AS(fit(model, data(), options_for(1)),
                       "cuda: upload of a batch: an illegal memory access was encountered (code 700). This program can use no CUDA "
                       "device any more: save what is on the host and start it again.",
                       DeviceError);
}

TEST_CASE("fed steps: an error between steps leaves a model that has taken the steps before it") {
  StandIn device;
  Model model = classifier({.device = gpu, .seed = 3}), host = classifier({.seed = 3});
  leave_little(device);
  FitOptions options = options_for(1);
  options.shuffle = false;
  std::int64_t looks = 0;
  options.on_step_every = 10;
  options.on_step = [&](const StepReport&) {
    if (++looks == 2) device.fail_next("stream_waits", StandIn::invalid);  // when batch 20 is uploaded
    return Control::go_on;
  };
  CHECK_THROWS_WITH_AS(fit(model, data(), options), "cuda: upload of a batch: invalid argument (code 1).", DeviceError);
  CHECK(model.training_state().step == 20);
  options.on_step = [](const StepReport& report) { return report.step == 20 ? Control::stop : Control::go_on; };
  fit(host, data(), options);
  CHECK(bits(model.parameter_arena()) == bits(host.parameter_arena()));
  CHECK(device.pinned_blocks() == 0);
  options.on_step = {};
  CHECK_NOTHROW(fit(model, data(), options));
}

TEST_CASE("fed steps: an error in the midst of replayed steps counts those before it") {
  StandIn device;
  Model model = classifier({.device = gpu, .seed = 3}), host = classifier({.seed = 3});
  FitOptions options = options_for(1);
  options.schedule = ExponentialLR({.gamma = 0.9});
  options.schedule_unit = ScheduleUnit::step;
  device.fail_next("begin_capture", StandIn::invalid);  // of the second step
  CHECK_THROWS_AS(fit(model, data(), options), DeviceError);
  CHECK(model.training_state().step == 1);
  options.on_step = [](const StepReport&) { return Control::stop; };
  fit(host, data(), options);
  CHECK(Snapshot(model) == Snapshot(host));
  options.on_step = {};
  fit(model, data(), options);
  fit(host, data(), options);
  CHECK(Snapshot(model) == Snapshot(host));
}

TEST_CASE("fed steps: steps that need care are taken by the host from the right batch") {
  for (const bool fits : {true, false}) {
    StandIn device;
    Model model = classifier({.device = gpu, .seed = 3}), host = classifier({.seed = 3});
    for (Model* each : {&model, &host})
      fill(each->parameter("2.bias"), 1e38);  // above the magnitude up to which adam needs no finite check of the parameters
    if (!fits) leave_little(device);
    device.defer(5);
    fit(model, data(), options_for(1));
    fit(host, data(), options_for(1));
    CHECK(model.training_state().step == 251);
    CHECK(bits(model.parameter_arena()) == bits(host.parameter_arena()));
  }
}

TEST_CASE("fed steps: what is evaluated need not fit either") {
  StandIn device;
  Model model = classifier({.device = gpu, .max_batch = 64, .seed = 3}), host = classifier({.max_batch = 64, .seed = 3});
  leave_little(device);
  device.defer(7);
  const Evaluation there = evaluate(model, data(), SoftmaxCrossEntropy()), here = evaluate(host, data(), SoftmaxCrossEntropy());
  CHECK(there.loss == here.loss);
  CHECK(*there.accuracy == *here.accuracy);
  CHECK(device.count("wait_event") == 63);
}

TEST_CASE("fed steps: data takes no memory that training needs") {
  // The model, moments, gradients and workspace fit into memory; together with the data they would not.
  StandIn device;
  Model model(sequential({6}, Dense(512), ReLU(), Dense(3)), {.device = gpu, .max_batch = 16});
  const std::size_t model_alone = device.used();
  {
    Model other(sequential({6}, Dense(512), ReLU(), Dense(3)), {.device = gpu, .max_batch = 16});
    fit(other, blobs(16), options_for(1));
    device.limit(model_alone + 2 * (device.used() - model_alone));
  }
  CHECK_NOTHROW(fit(model, data(), options_for(1)));
}
