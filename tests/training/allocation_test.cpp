#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <weir/core/threads.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/residual.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/adamw.hpp>
#include <weir/training/csv_log.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/json_lines_log.hpp>
#include <weir/training/linear_warmup.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/progress_bar.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/tensor_board_log.hpp>

#include "tests/support/malloc_counter.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

bool skipped() {
  if (allocations_unknown() == nullptr) return false;
  std::cout << "SKIPPED: " << allocations_unknown() << '\n';
  return true;
}

// Allocations from the end of a fit's first step to the end of its last one.
std::int64_t allocations_of_fit(Model& model, const Dataset& data, FitOptions options) {
  std::int64_t after_first = -1, now = -1;
  options.on_step = [&](const StepReport& report) {
    now = allocations();
    if (report.epoch == 1 && report.step == 1) after_first = now;
    return Control::go_on;
  };
  fit(model, data, options);
  REQUIRE(after_first > 0);
  return now - after_first;
}

}  // namespace

TEST_CASE("allocation: the counter sees every way to take memory") {
  if (skipped()) return;
  const auto counts = [](auto take) {
    const std::int64_t before = allocations();
    void* volatile block = take();
    const std::int64_t after = allocations();
    std::free(block);
    return after - before;
  };
  CHECK(counts([] { return std::malloc(10); }) == 1);
  CHECK(counts([] { return std::calloc(10, 10); }) == 1);
  CHECK(counts([] { return std::realloc(nullptr, 10); }) == 1);
  CHECK(counts([] { return std::aligned_alloc(64, 128); }) == 1);
  const std::int64_t before = allocations();
  delete new volatile int(1);
  std::string text(100, 'x');
  Tensor tensor(Shape{100});
  CHECK(allocations() - before >= 3);
}

TEST_CASE("allocation: from its second step on a fit takes no memory") {
  if (skipped()) return;
  const Dataset data = blobs(700, 50, 10), test = blobs(150, 50, 10, 2);
  const int before = num_threads();
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    for (const bool fuse : {true, false}) {
      for (const AnyOptimizer& optimizer :
           {AnyOptimizer(Adam()), AnyOptimizer(SGD({.lr = 0.1, .momentum = 0.9})), AnyOptimizer(SGD({.lr = 0.1}))}) {
        Model model(sequential({50}, Dense(130), ReLU(), Dense(70), ReLU(), Dense(10)), {.fuse = fuse});
        CAPTURE(threads);
        CAPTURE(optimizer->describe());
        CHECK(allocations_of_fit(model, data,
                                 {.loss = SoftmaxCrossEntropy(), .optimizer = optimizer, .epochs = 3, .batch = 64, .validation = &test}) ==
              0);
      }
    }
  }
  set_num_threads(before);
}

TEST_CASE("allocation: groups and clipping and schedules and several batches a step take none") {
  if (skipped()) return;
  const Dataset data = blobs(700, 50, 10);
  Model model(sequential({50}, Dense(130), ReLU(), Dense(10)), {});
  CHECK(allocations_of_fit(model, data,
                           {.loss = SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = std::vector<double>(10, 0.5)}),
                            .optimizer = AdamW({.amsgrad = true}),
                            .groups = {vectors_without_decay(), {.l1 = 1e-4, .l2 = 1e-4, .max_norm = 1}},
                            .schedule = LinearWarmup({.total_iters = 3}, OneCycleLR({.total_steps = 20})),
                            .clip = {.value = 1, .norm = 1, .global_norm = 1},
                            .epochs = 3,
                            .batch = 32,
                            .accumulate = 5}) == 0);
}

TEST_CASE("allocation: an average of the weights takes none and neither does a validation of it") {
  if (skipped()) return;
  const Dataset data = blobs(700, 50, 10), test = blobs(150, 50, 10, 2);
  Model model(sequential({50}, Dense(130), ReLU(), Dense(10)));
  for (int times = 0; times < 2; ++times) {
    CHECK(allocations_of_fit(model, data,
                             {.loss = SoftmaxCrossEntropy(),
                              .optimizer = Adam(),
                              .average = WeightAverage{.every = 2, .start = 3},
                              .epochs = 3,
                              .batch = 64,
                              .validation = &test}) == 0);
  }
}

TEST_CASE("allocation: a callback that remembers a number and a stop from outside take none") {
  if (skipped()) return;
  class Counts : public Callback {
   public:
    std::string name() const override { return "counts"; }
    std::int64_t every() const override { return 1; }
    Control on_step(Model&, const StepReport&) override {
      ++steps_;
      return Control::go_on;
    }
    void save_state(CallbackState& state) const override { state.config.set("steps", steps_); }

   private:
    std::int64_t steps_ = 0;
  };
  const Dataset data = blobs(700, 50, 10);
  Model model(sequential({50}, Dense(130), ReLU(), Dense(10)));
  const std::atomic<bool> stop = false;
  FitOptions options{.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .epochs = 3, .batch = 64, .callbacks = {Counts()}};
  options.stop = &stop;
  CHECK(allocations_of_fit(model, data, options) == 0);
  CHECK(model.training_state().callbacks[0].config.integer("steps") == 33);
}

TEST_CASE("allocation: a progress bar and logs take none") {
  if (skipped()) return;
  const TemporaryFolder folder;
  std::ofstream terminal("/dev/null");
  const Dataset data = blobs(700, 50, 10), test = blobs(150, 50, 10, 2);
  Model model(sequential({50}, Dense(130), ReLU(), Dense(10)));
  CHECK(allocations_of_fit(model, data,
                           {.loss = SoftmaxCrossEntropy(),
                            .optimizer = Adam(),
                            .epochs = 3,
                            .batch = 64,
                            .validation = &test,
                            .callbacks = {ProgressBar(terminal), ProgressBar(terminal, {.bar = true}), CsvLog(folder / "epochs.csv"),
                                          CsvLog(folder / "steps.csv", {.every = 1}), JsonLinesLog(folder / "steps.jsonl", {.every = 1}),
                                          TensorBoardLog(folder / "run", {.every = 1})}}) == 0);
  CHECK(read_bytes(folder / "steps.csv").size() > 33 * 40);
}

TEST_CASE("allocation: norms and dropout and slopes take none") {
  if (skipped()) return;
  const Dataset data = blobs(200, 50, 10);
  Model model(sequential({50}, Dense(30), BatchNorm(), PReLU(30), Dropout(), LayerNorm(), Residual(Dense(30), Mish()), RMSNorm(), Softmax(),
                         LogSoftmax(), Dense(10)));
  CHECK(allocations_of_fit(model, data, {.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .epochs = 2, .batch = 64}) == 0);
}

TEST_CASE("allocation: parameters that nodes share take none") {
  if (skipped()) return;
  Graph graph;
  const Node h = graph.add(Dense(50), {graph.input({50})}), again = graph.add(Dense(50), {graph.add(ReLU(), {h})});
  graph.share_parameters(again, h);
  graph.output(graph.add(Dense(10), {again}));
  Model model(graph);
  CHECK(allocations_of_fit(model, blobs(200, 50, 10), {.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .epochs = 2, .batch = 64}) == 0);
}

TEST_CASE("allocation: a graph with several inputs and outputs and values takes none either") {
  if (skipped()) return;
  Graph graph;
  const auto a = graph.input({6}), b = graph.input({3});
  const auto h = graph.add(Dense(8), {a});
  const auto k = graph.add(Dense(8), {b});
  const auto r = graph.add(ReLU(), {h});
  graph.output(graph.add(Dense(3), {r}));
  graph.output(graph.add(Dense(1), {k}));
  Model model(graph, {.dtype = DType::f64});
  std::vector<Field> inputs, targets;
  for (const Dataset& each : {blobs(50), curve(50)}) {
    inputs.push_back(each.inputs()[0]);
    targets.push_back(each.targets()[0]);
  }
  const Dataset data(std::move(inputs), std::move(targets));
  const Losses losses = {{SoftmaxCrossEntropy(), 1.0}, {MeanSquaredError(), 0.5}};
  CHECK(allocations_of_fit(model, data, {.loss = losses, .optimizer = Adam(), .epochs = 3, .batch = 16, .validation = &data}) == 0);
  const Tensor weights = tensor(std::vector<double>(50, 0.5), Shape{50}, DType::f64);
  CHECK(allocations_of_fit(model, data, {.loss = losses, .sample_weights = {weights}, .optimizer = Adam(), .epochs = 3, .batch = 16}) == 0);
}
