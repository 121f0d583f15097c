// Whole Models on a device: inference, gradients, training, files, against the CPU.

#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/metrics.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "tests/gpu/device.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// 7 batches of 16 and one of 3.
const Dataset& data() {
  static const Dataset all = blobs(115);
  return all;
}

FitOptions options_with(AnyOptimizer optimizer, std::int64_t epochs = 3) {
  FitOptions options;
  options.loss = SoftmaxCrossEntropy();
  options.optimizer = std::move(optimizer);
  options.epochs = epochs;
  options.batch = 16;
  return options;
}

// Tolerance after some tens of steps in f32 with sums in another order.
double drift() { return device_is_stand_in() ? 0 : 5e-3; }

}  // namespace

TEST_CASE("cuda: a model infers what it does on the CPU") {
  if (!device_here()) return;
  for (const DType dtype : {DType::f32, DType::f64}) {
    Model host = classifier({.dtype = dtype, .seed = 3}), device = classifier({.device = gpu, .dtype = dtype, .seed = 3});
    CHECK(bits(device.parameter_arena()) == bits(host.parameter_arena()));
    for (const std::int64_t batch : {0, 1, 7, 128}) {
      const Tensor x = random_tensor({batch, 6}, dtype);
      CHECK(difference(device.forward(x.to(gpu)), host.forward(x)) <= sum_bound(dtype));
    }
  }
}

TEST_CASE("cuda: the gradients of a graph with branches are those of the CPU fused and literal") {
  if (!device_here()) return;
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const bool fuse : {true, false}) {
      Model host(branches(), {.dtype = dtype, .fuse = fuse}), device(branches(), {.device = gpu, .dtype = dtype, .fuse = fuse});
      const Tensor x = random_tensor({9, 6}, dtype), labels = tensor({0, 1, 2, 0, 1, 2, 0, 1, 2}, {9}, DType::i32);
      const Tensor weights = random_tensor({9}, dtype, 5);
      const auto run = [&](Model& model) {
        const Tensor x_there = x.to(model.device()), labels_there = labels.to(model.device()), weights_there = weights.to(model.device());
        model.plan_training(SoftmaxCrossEntropy(), {Shape{}}, {.input_gradients = true});
        const ConstTensorView inputs[] = {x_there}, targets[] = {labels_there}, sample_weights[] = {weights_there};
        model.backward({.inputs = inputs, .targets = targets, .sample_weights = sample_weights});
      };
      run(host);
      run(device);
      CHECK(std::abs(device.loss() - host.loss()) <= sum_bound(dtype));
      CHECK(difference(device.gradient_arena(), host.gradient_arena()) <= sum_bound(dtype));
      CHECK(difference(device.input_gradient(0), host.input_gradient(0)) <= sum_bound(dtype));
    }
  }
}

TEST_CASE("cuda: fit comes to the losses and weights of the CPU") {
  if (!device_here()) return;
  for (const AnyOptimizer& optimizer :
       {AnyOptimizer(SGD({.lr = 0.1})), AnyOptimizer(SGD({.lr = 0.05, .momentum = 0.9})), AnyOptimizer(Adam())}) {
    Model host = classifier({.seed = 3}), device = classifier({.device = gpu, .seed = 3});
    const History a = fit(host, data(), options_with(optimizer)), b = fit(device, data(), options_with(optimizer));
    REQUIRE(b.epochs.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      INFO(optimizer->describe() << ", epoch " << i);
      CHECK(std::abs(b.epochs[i].loss - a.epochs[i].loss) <= drift() + 1e-12);
      CHECK(b.epochs[i].samples == 115);
      CHECK(std::abs(*b.epochs[i].accuracy - *a.epochs[i].accuracy) <= (device_is_stand_in() ? 0 : 0.02));
    }
    CHECK(difference(device.parameter_arena(), host.parameter_arena()) <= drift());
    CHECK(device.training_state().step == host.training_state().step);
  }
}

TEST_CASE("cuda: fit gives the same bits in every run") {
  if (!device_here()) return;
  std::vector<unsigned char> first;
  for (int run = 0; run < 5; ++run) {
    Model model = classifier({.device = gpu, .seed = 3});
    fit(model, data(), options_with(Adam()));
    if (run == 0) first = bits(model.parameter_arena());
    CHECK(bits(model.parameter_arena()) == first);
  }
}

TEST_CASE("cuda: a second fit goes on where the first ended") {
  if (!device_here()) return;
  Model whole = classifier({.device = gpu, .seed = 3}), parts = classifier({.device = gpu, .seed = 3});
  fit(whole, data(), options_with(Adam(), 4));
  fit(parts, data(), options_with(Adam(), 1));
  fit(parts, data(), options_with(Adam(), 3));
  CHECK(bits(parts.parameter_arena()) == bits(whole.parameter_arena()));
}

TEST_CASE("cuda: fit with a look after every step gives the same bits as without") {
  if (!device_here()) return;
  Model unseen = classifier({.device = gpu, .seed = 3});
  fit(unseen, data(), options_with(Adam()));
  for (const std::int64_t every : {1, 3, 8, 100}) {
    Model seen = classifier({.device = gpu, .seed = 3});
    FitOptions options = options_with(Adam());
    std::vector<std::int64_t> steps;
    options.on_step_every = every;
    options.on_step = [&](const StepReport& report) {
      CHECK(std::isfinite(report.loss));
      CHECK(report.total_steps == seen.training_state().step);
      if (report.epoch == 1) steps.push_back(report.step);
      return Control::go_on;
    };
    fit(seen, data(), options);
    CHECK(bits(seen.parameter_arena()) == bits(unseen.parameter_arena()));
    std::vector<std::int64_t> expected;
    for (std::int64_t step = 1; step <= 8; ++step) {
      if (step % every == 0 || step == 8) expected.push_back(step);
    }
    CHECK(steps == expected);
  }
}

TEST_CASE("cuda: a callback stops fit between steps") {
  if (!device_here()) return;
  Model model = classifier({.device = gpu});
  FitOptions options = options_with(Adam());
  options.on_step = [](const StepReport& report) { return report.total_steps == 5 ? Control::stop : Control::go_on; };
  const History history = fit(model, data(), options);
  CHECK(history.stopped);
  CHECK(model.training_state().step == 5);
}

TEST_CASE("cuda: a step that is not finite changes nothing and says what the CPU says") {
  if (!device_here()) return;
  // The learning rate is so large that a step overflows; the weights before that step are kept.
  const auto message = [](Device device) {
    Model model = regression({.device = device, .dtype = DType::f32, .seed = 2});
    FitOptions options;
    options.loss = MeanSquaredError();
    options.optimizer = SGD({.lr = 1e5});
    options.epochs = 30;
    options.batch = 4;
    try {
      fit(model, curve(10, 3, DType::f32), options);
    } catch (const NumericError& error) {
      for (const double value : numbers(model.parameter_arena())) CHECK(std::isfinite(value));
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const std::string host = message(Device::cpu()), device = message(gpu);
  // Which tensor overflows first may depend on the order of a sum, so only the beginning of the message is compared.
  CHECK(device.substr(0, 10) == host.substr(0, 10));
  CHECK(device.substr(0, 10) == "fit: step ");
  if (device_is_stand_in()) CHECK(device == host);
}

TEST_CASE("cuda: steps beyond the safe magnitude are taken with care and go on") {
  if (!device_here()) return;
  // In f32 sgd needs a finite check of the parameters from 6e18 on; a weight of 1e19 exceeds that, while its gradients are small.
  const auto train = [](Device device) {
    Model model = classifier({.device = device, .seed = 3});
    fill(model.parameter("2.bias"), 1e19);
    FitOptions options = options_with(SGD({.lr = 1e-3}));
    fit(model, data(), options);
    return model;
  };
  const Model host = train(Device::cpu()), device = train(gpu);
  CHECK(device.training_state().step == 24);
  CHECK(difference(device.parameter_arena(), host.parameter_arena()) <= drift());
}

TEST_CASE("cuda: evaluate and predict and the confusion matrix agree with the CPU") {
  if (!device_here()) return;
  Model host = classifier({.max_batch = 32, .seed = 3}), device = classifier({.device = gpu, .max_batch = 32, .seed = 3});
  const Evaluation a = evaluate(host, data(), SoftmaxCrossEntropy()), b = evaluate(device, data(), SoftmaxCrossEntropy());
  CHECK(std::abs(a.loss - b.loss) <= 1e-5);
  CHECK(std::abs(*a.accuracy - *b.accuracy) <= 0.02);
  const Tensor x = random_tensor({70, 6}, DType::f32);
  CHECK(difference(predict(device, x), predict(host, x)) <= 1e-5);
  std::int64_t total = 0;
  for (const std::int64_t count : confusion_matrix(device, data()).counts) total += count;
  CHECK(total == 115);
}

TEST_CASE("cuda: a model from a device is saved and loaded on either") {
  if (!device_here()) return;
  const TemporaryFolder folder;
  Model model = classifier({.device = gpu, .seed = 3});
  fit(model, data(), options_with(Adam(), 1));
  const std::string file = (folder / "model.safetensors").string();
  save(model, file);
  const Model host = load_model(file), device = load_model(file, {.device = gpu});
  CHECK(bits(host.parameter_arena()) == bits(model.parameter_arena()));
  CHECK(bits(device.parameter_arena()) == bits(model.parameter_arena()));
}

TEST_CASE("cuda: a model that does not fit is not made and the device stays usable") {
  if (!device_here()) return;
  // 4 TiB; for the stand-in, which has 4 GiB, 8 GiB.
  const std::int64_t elements = std::int64_t{1} << (device_is_stand_in() ? 31 : 40);
  CHECK_THROWS_AS(Tensor(Shape{elements}, DType::f32, gpu), DeviceError);
  Model model = classifier({.device = gpu});
  CHECK_NOTHROW(fit(model, data(), options_with(Adam(), 1)));
}

TEST_CASE("cuda: lower precision of products stays near and is asked for") {
  if (!device_here()) return;
  CHECK_THROWS_WITH_AS(classifier({.precision = Precision::tf32}),
                       "model: precision is tf32 with f32 on cpu, expected f32. Others are for f32 on a CUDA device.", ConfigError);
  CHECK_THROWS_WITH_AS(classifier({.device = gpu, .dtype = DType::f64, .precision = Precision::bf16}),
                       "model: precision is bf16 with f64 on cuda:0, expected f32. Others are for f32 on a CUDA device.", ConfigError);
  const Tensor x = random_tensor({64, 784}, DType::f32);
  const Graph net = sequential({784}, Dense(256), ReLU(), Dense(10));
  Model exact(net, {.seed = 3});
  for (const auto& [precision, bound] : {std::pair(Precision::tf32, 5e-3), std::pair(Precision::bf16, 4e-2)}) {
    Model model(net, {.device = gpu, .seed = 3, .precision = precision});
    CHECK(difference(model.forward(x.to(gpu)), exact.forward(x)) <= bound);
  }
}

TEST_CASE("cuda: training in lower precision learns") {
  if (!device_here()) return;
  for (const Precision precision : {Precision::tf32, Precision::bf16}) {
    Model model = classifier({.device = gpu, .seed = 3, .precision = precision});
    const History history = fit(model, data(), options_with(Adam({.lr = 1e-2}), 10));
    CHECK(*history.epochs.back().accuracy > 0.9);
  }
}

TEST_CASE("cuda: the step function trains as fit does") {
  if (!device_here()) return;
  Model model = classifier({.device = gpu, .seed = 3});
  const Tensor x = random_tensor({8, 6}, DType::f32).to(gpu), labels = tensor({0, 1, 2, 0, 1, 2, 0, 1}, {8}, DType::i32).to(gpu);
  const ConstTensorView inputs[] = {x}, targets[] = {labels};
  model.plan_training(SoftmaxCrossEntropy(), {Shape{}});
  double first = 0;
  for (int i = 0; i < 50; ++i) {
    model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
    if (i == 0) first = model.loss();
    step(model, Adam({.lr = 1e-2}));
  }
  CHECK(model.loss() < first / 2);
}
