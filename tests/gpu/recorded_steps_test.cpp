// How fit uses a device, observed by the stand-in: what it allocates, records, replays and reads, and when.

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <sstream>
#include <weir/core/array.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/residual.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>

#include "gpu/runtime/runtime.hpp"
#include "tests/gpu/fit_options.hpp"
#include "tests/gpu/stand_in.hpp"
#include "tests/support/passing_layer.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Device gpu = Device::cuda();

// The identity, with capturable() false, and which in fact cannot be recorded: it waits for the device.
class Waits : public PassingLayer {
 public:
  explicit Waits(bool says_so = true) : PassingLayer("waits"), says_so_(says_so) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    Tensor host(args.x[0].shape(), args.x[0].dtype());
    copy(context, args.x[0], host);
    copy(context, host, args.y);
  }
  bool capturable() const override { return !says_so_; }

 private:
  bool says_so_;
};

// y = x (1 + count / unit) for a constant unit of 64, where the running count grows by 1 and by the steps taken so far: both must be read
// when a step runs and not when it was recorded.
class Drifts : public Layer {
 public:
  std::string type() const override { return "drifts"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "drifts"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    const auto unit = std::make_shared<Tensor>(Tensor::from<float>({64}, Shape{}));
    plan.state = {{.name = "unit", .shape = Shape{}, .initial_values = unit, .constant = true}, {.name = "count", .shape = Shape{}}};
    plan.backward_needs = Needs::neither;
    return plan;
  }
  void forward(const Context& context, const LayerArgs& args) const override {
    scale(context, args, args.x[0], args.y);
    if (!context.training) return;
    on_device(context, [from = at(args.state[1]), to = at(args.state_next[1]), step = context.step] {
      *to = *from + 1 + static_cast<float>(*step);
    });
  }
  void backward(const Context& context, const LayerArgs& args) const override { scale(context, args, args.dy, args.dx[0]); }
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }

 private:
  static float* at(const ConstTensorView& view) { return static_cast<float*>(const_cast<void*>(view.raw())); }
  static void scale(const Context& context, const LayerArgs& args, const ConstTensorView& from, const TensorView& to) {
    on_device(context, [unit = at(args.state[0]), count = at(args.state[1]), x = at(from), y = at(to), n = to.elements()] {
      for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] * (1 + *count / *unit);
    });
  }
  static void on_device(const Context& context, const std::function<void()>& work) {
    if (context.device.is_cpu()) return work();
    cuda::check(StandIn::run(work, context.stream), "drifts");
  }
};

}  // namespace

TEST_CASE("recorded steps: running statistics and the step count move from replay to replay") {
  StandIn device;
  const auto train = [](Device where) {
    Model model(sequential({6}, Dense(16), Drifts(), Dense(3)), {.device = where, .seed = 3});
    fit(model, blobs(115), options_for(2));
    fit(model, blobs(115), options_for(1));  // continues training: 24 steps in total
    return model;
  };
  const Model there = train(gpu), host = train(Device::cpu());
  CHECK(device.count("begin_capture") == 3);  // in the second fit the smaller last batch occurs only once
  CHECK(bits(there.state_arena()) == bits(host.state_arena()));
  CHECK(bits(there.parameter_arena()) == bits(host.parameter_arena()));
  CHECK(there.state("1.unit").device() == gpu);
  CHECK(host.state("1.unit").values<float>()[0] == 64);
  // 1 + step, summed over steps 0 to 23.
  CHECK(host.state("1.count").values<float>()[0] == 24 + 23 * 24 / 2);
}

TEST_CASE("recorded steps: gradients of shared parameters are added in a replay too") {
  StandIn device;
  const auto train = [](Device where) {
    Graph graph;
    const Node h = graph.add(Dense(6), {graph.input({6})}), again = graph.add(Dense(6), {graph.add(ReLU(), {h})});
    graph.share_parameters(again, h);
    graph.output(graph.add(Dense(3), {again}));
    Model model(graph, {.device = where, .seed = 3});
    fit(model, blobs(115), options_for(2));
    return model;
  };
  const Model there = train(gpu), host = train(Device::cpu());
  CHECK(device.count("begin_capture") > 0);
  CHECK(bits(there.parameter_arena()) == bits(host.parameter_arena()));
}

TEST_CASE("recorded steps: the average of the weights is a part of every replay") {
  StandIn device;
  const Dataset validation = blobs(40, 6, 3, 2);
  for (const std::int64_t accumulate : {1, 3}) {
    device.clear_calls();
    const auto train = [&](Device where) {
      Model model = classifier({.device = where, .seed = 3});
      fill(model.parameter("2.bias"), 1e38);  // the host must run some steps
      FitOptions options = options_for(3);
      options.accumulate = accumulate;
      options.average = WeightAverage{.decay = 0.9, .every = 2, .start = 3};
      options.validation = &validation;
      fit(model, blobs(115), options);
      fill(model.parameter("2.bias"), 1);
      fit(model, blobs(115), options);
      return model;
    };
    const Model there = train(gpu), host = train(Device::cpu());
    CHECK(device.count("replay") > 10);
    const AverageState &a = there.training_state().average, &b = host.training_state().average;
    CHECK(a.updates == b.updates);
    CHECK(a.updates == (host.training_state().step - 2) / 2);
    CHECK(bits(a.values) == bits(b.values));
    CHECK(bits(there.parameter_arena()) == bits(host.parameter_arena()));
  }
}

TEST_CASE("recorded steps: one graph for whole batches and one for the last") {
  StandIn device;
  Model model = classifier({.device = gpu});
  fit(model, blobs(115), options_for(4));  // 7 batches of 16 and one of 3 an epoch
  // The first step of each batch size is not recorded.
  CHECK(device.count("begin_capture") == 2);
  CHECK(device.count("replay") == 4 * 8 - 2);
  CHECK(device.count("release_graph") == 2);
}

TEST_CASE("recorded steps: with every layer and loss and limit of gradients and weights the step is recorded") {
  StandIn device;
  const auto recorded = [&device](const Graph& net, const FitOptions& options, const Dataset& data = blobs(115)) {
    device.clear_calls();
    Model model(net, {.device = gpu});
    fit(model, data, options);
    return device.count("begin_capture");
  };
  const Graph plain = sequential({6}, Dense(8), Dense(3));
  FitOptions options = options_for(2);
  CHECK(recorded(sequential({6}, Dense(8), BatchNorm(), PReLU(8), Dropout(0.2), LayerNorm(), Residual(Dense(8), RMSNorm()), Dense(3),
                            LogSoftmax()),
                 options) == 2);
  Graph gated;
  const Node x = gated.input({6}), h = gated.add(Dense(3), {x});
  gated.output(gated.add(Multiply(), {h, gated.add(Softmax(), {h})}));
  CHECK(recorded(gated, options) == 2);
  Graph table;
  table.output(table.add(Dense(3), {table.add(Embedding(5, 4), {table.input({}, Storage::i32)})}));
  std::vector<double> words, labels;
  for (int i = 0; i < 35; ++i) words.push_back(i % 5), labels.push_back(i % 3);
  CHECK(recorded(table, options, Dataset(tensor(words, {35}, DType::i32), tensor(labels, {35}, DType::i32))) == 2);
  options.groups = {{.names = "*.weight", .lr = 0.1, .l1 = 0.01, .l2 = 0.01, .max_norm = 1}};
  options.clip = {.value = 1, .norm = 1, .global_norm = 1};
  CHECK(recorded(plain, options) == 2);
  // One class is ignored: its labels count in no accuracy.
  for (const Losses& loss : {Losses(SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = {1, 2, 3}, .ignore_index = 1})),
                             Losses(NegativeLogLikelihood({.ignore_index = 1})), Losses(MultiMargin())}) {
    options.loss = loss;
    CHECK(recorded(plain, options) == 2);
  }
}

TEST_CASE("recorded steps: no second graph where all batches are whole") {
  StandIn device;
  Model model = classifier({.device = gpu});
  fit(model, blobs(112), options_for(2));
  CHECK(device.count("begin_capture") == 1);
  CHECK(device.count("replay") == 13);
}

TEST_CASE("recorded steps: after the first epoch nothing is allocated and the host waits a few times an epoch") {
  FitOptions options = options_for(5);  // an epoch is 100 steps
  check_steady_state(options);
  options.average = WeightAverage{.every = 7};
  check_steady_state(options);
}

TEST_CASE("recorded steps: in a capture nothing waits or allocates or moves to the host") {
  StandIn device;
  Model model = classifier({.device = gpu});
  fit(model, blobs(115), options_for(2));
  std::int64_t captured = 0;
  for (const StandIn::Call& call : device.calls()) {
    if (!call.captured || call.what == "end_capture") continue;
    ++captured;
    CHECK((call.what == "run" || call.what.starts_with("launch") || call.what == "set" || call.what == "copy"));
  }
  CHECK(captured > 20);
}

TEST_CASE("recorded steps: a layer that cannot be recorded runs anew in each step and learns the same") {
  StandIn device;
  Model with(sequential({6}, Dense(16), Waits(), Dense(3)), {.device = gpu, .seed = 3});
  fit(with, blobs(115), options_for(2));
  CHECK(device.count("begin_capture") == 0);
  Model host(sequential({6}, Dense(16), Waits(), Dense(3)), {.seed = 3});
  fit(host, blobs(115), options_for(2));
  CHECK(bits(with.parameter_arena()) == bits(host.parameter_arena()));
}

TEST_CASE("recorded steps: a layer that wrongly says it can be recorded is named") {
  const StandIn device;
  Model model(sequential({6}, Dense(16), Waits(false), Dense(3)), {.device = gpu});
  CHECK_THROWS_WITH_AS(fit(model, blobs(115), options_for(2)),
                       "1 waits, forward: cuda: a copy to or from the host cannot be part of a captured step. A layer that needs it must "
                       "answer false to Layer::capturable().",
                       DeviceError);
}

TEST_CASE("recorded steps: an error of the device comes out with the layer and leaves no capture open") {
  StandIn device;
  Model model = classifier({.device = gpu});
  FitOptions options = options_for(2);
  device.fail_next("end_capture", StandIn::invalid);
  CHECK_THROWS_WITH_AS(fit(model, blobs(115), options), "cuda: end of a capture: invalid argument (code 1).", DeviceError);
  CHECK_NOTHROW(fit(model, blobs(115), options));
}

TEST_CASE("recorded steps: where every step needs care the device does not run ahead") {
  StandIn device;
  Model model = classifier({.device = gpu});
  fill(model.parameter("2.bias"), 1e38);  // above the magnitude up to which adam needs no finite check of the parameters
  fit(model, blobs(1600), options_for(1));
  CHECK(model.training_state().step == 100);
  // The first rejected step is noticed only after an epoch's replays, the others after one step each.
  CHECK(device.count("replay") <= 2 * 100);
}

// In float. Each of these alone takes the first update past the largest number; with nothing else in sight being large.
TEST_CASE("recorded steps: a penalty or a rate that makes an update overflow is found as on the CPU") {
  const auto sgd = [](double lr, ParameterGroup group) {
    FitOptions options = options_for(1);
    options.optimizer = SGD({.lr = lr});
    options.groups = {std::move(group)};
    return options;
  };
  for (const FitOptions& options : {sgd(10, {.l1 = 3e38}), sgd(1e3, {.l2 = 3e38}), sgd(1, {.names = "2.bias", .lr = 3e38, .l1 = 100}),
                                    sgd(3e38, {.names = "2.bias", .l1 = 100}), sgd(3e38, {.names = "2.weight", .l2 = 1e4})}) {
    StandIn device;
    Model model = classifier({.device = gpu, .seed = 3}), host = classifier({.seed = 3});
    for (Model* each : {&model, &host}) fill(each->parameter("2.bias"), 1);
    const auto message = [&](Model& m) {
      try {
        fit(m, blobs(64), options);
      } catch (const NumericError& error) {
        return std::string(error.what());
      }
      return std::string();
    };
    const std::string expected = message(host);
    CAPTURE(expected);
    CHECK(expected.starts_with("fit: step 1: the update by sgd("));
    CHECK(message(model) == expected);
    CHECK(Snapshot(model) == Snapshot(host));
  }
}

TEST_CASE("recorded steps: a stop from outside is seen after a few of them") {
  // Once the device has taken 20 steps its next one asks for a stop.
  class Stops : public PassingLayer {
   public:
    explicit Stops(std::atomic<bool>& stop) : PassingLayer("stops"), stop_(&stop) {}
    void backward(const Context& context, const LayerArgs& args) const override {
      PassingLayer::backward(context, args);
      const auto work = [stop = stop_, step = context.step] { *stop = *stop || *step == 20; };
      if (context.device.is_cpu()) return work();
      cuda::check(StandIn::run(work, context.stream), "stops");
    }
    bool capturable() const override { return true; }

   private:
    std::atomic<bool>* stop_;
  };
  for (const bool deferred : {false, true}) {
    StandIn device;
    if (deferred) device.defer(3);
    std::atomic<bool> stop = false, unused = false;
    Model model(sequential({6}, Dense(16), Stops(stop), Dense(3)), {.device = gpu, .seed = 3});
    Model host(sequential({6}, Dense(16), Stops(unused), Dense(3)), {.seed = 3});
    FitOptions options = options_for(1000);
    options.stop = &stop;
    const History history = fit(model, blobs(1600), options);
    CHECK(history.stopped);
    const std::uint64_t steps = model.training_state().step;
    CHECK(steps > 20);
    CHECK(steps <= 48);  // at first 16 at a time, then 32
    options.stop = nullptr;
    options.on_step = [&](const StepReport& report) { return report.total_steps == steps ? Control::stop : Control::go_on; };
    const History expected = fit(host, blobs(1600), options);
    CHECK(Snapshot(model) == Snapshot(host));
    CHECK(history.epochs.back().loss == expected.epochs.back().loss);
  }
}

TEST_CASE("recorded steps: a model that does not fit is not made and all its memory is free again") {
  StandIn device(1, std::size_t{3} << 20);
  {
    Model small = classifier({.device = gpu});
    CHECK_NOTHROW(fit(small, blobs(115), options_for(1)));
  }
  const std::size_t before = device.used();
  CHECK_THROWS_AS(Model(sequential({784}, Dense(2000), ReLU(), Dense(10)), {.device = gpu}), DeviceError);
  CHECK(device.used() == before);
  Model again = classifier({.device = gpu});
  CHECK_NOTHROW(fit(again, blobs(115), options_for(1)));
}

TEST_CASE("recorded steps: a training plan that does not fit leaves the model as it was") {
  StandIn device;
  Model model = classifier({.device = gpu, .max_batch = 64});
  const Tensor x = tensor(many(64 * 6, 1), {64, 6}, DType::f32).to(gpu);
  const auto before = bits(model.forward(x));
  device.limit(device.used() + 2048);
  CHECK_THROWS_AS(model.plan_training(SoftmaxCrossEntropy(), {Shape{}}), DeviceError);
  device.limit(std::size_t{1} << 30);
  CHECK(bits(model.forward(x)) == before);
  CHECK_NOTHROW(fit(model, blobs(115), options_for(1)));
}

TEST_CASE("recorded steps: a sticky error in training is named once and then everything is refused") {
  StandIn device;
  Model model = classifier({.device = gpu});
  device.fail_next("replay", StandIn::illegal_address);
  CHECK_THROWS_WITH_AS(fit(model, blobs(115), options_for(2)),
                       "cuda: replay of a captured step: an illegal memory access was encountered (code 700). This program can use no CUDA "
                       "device any more: save what is on the host and start it again.",
                       DeviceError);
  CHECK_THROWS_WITH_AS(fit(model, blobs(115), options_for(2)),
                       "cuda: no device can be used after an earlier error: replay of a captured step: an illegal memory access was "
                       "encountered (code 700). Start the program again.",
                       DeviceError);
}

TEST_CASE("recorded steps: after a sticky error the weights of the last epoch can be saved") {
  StandIn device;
  const TemporaryFolder folder;
  const std::string file = (folder / "model.safetensors").string();
  Model model = classifier({.device = gpu, .seed = 3});
  std::vector<unsigned char> last;
  FitOptions options = options_for(5);
  options.on_epoch = [&](const EpochReport& report) {
    last = bits(model.parameter_arena());
    if (report.epoch == 2) device.fail_next("replay", StandIn::illegal_address);
    return Control::go_on;
  };
  CHECK_THROWS_AS(fit(model, blobs(115), options), DeviceError);
  CHECK_THROWS_AS(bits(model.parameter_arena()), DeviceError);
  save(model, file);
  const Model saved = load_model(file);
  CHECK(bits(saved.parameter_arena()) == last);
}

TEST_CASE("recorded steps: the summary says where and in what products are computed") {
  const StandIn device;
  std::ostringstream text;
  text << classifier({.device = gpu, .precision = Precision::tf32});
  CHECK(text.str().find("f32 on cuda:0 (products in tf32)") != std::string::npos);
}
