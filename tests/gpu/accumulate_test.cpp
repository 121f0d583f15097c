// Gradient accumulation on a device: recorded (CUDA graph) steps equal steps that the host enqueues one operation at a time, to the bit.

#include <vector>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/sgd.hpp>

#include "tests/gpu/device.hpp"
#include "tests/gpu/passes.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Trained {
  Snapshot model;
  std::vector<double> reported;  // losses by epoch
  std::int64_t calls = 0;        // calls of a layer's forward by the host
};

Trained train(bool recorded, const Dataset& data, const FitOptions& options, DType dtype) {
  const auto calls = std::make_shared<std::int64_t>(0);
  Model model(sequential({6}, Dense(16), BatchNorm(), Passes(recorded, calls), ReLU(), Dropout(0.2), Dense(3)),
              {.device = gpu, .dtype = dtype, .max_batch = 16, .seed = 3});
  std::vector<double> reported;
  for (const EpochReport& epoch : fit(model, data, options).epochs) {
    reported.insert(reported.end(), {epoch.loss, *epoch.accuracy, epoch.learning_rate, static_cast<double>(epoch.samples)});
  }
  return {Snapshot(model), reported, *calls};
}

FitOptions options_with(AnyOptimizer optimizer) {
  FitOptions options;
  options.loss = SoftmaxCrossEntropy();
  options.optimizer = std::move(optimizer);
  options.epochs = 3;
  options.batch = 16;
  options.accumulate = 3;
  return options;
}

}  // namespace

TEST_CASE("cuda: steps of several batches have the same bits recorded and call by call") {
  if (!device_here()) return;
  FitOptions plain = options_with(SGD({.lr = 0.05, .momentum = 0.9})), full = options_with(Adam({.lr = 0.01}));
  std::vector<double> numbers;
  for (int i = 0; i < 115; ++i) numbers.push_back(i % 4 * 0.75);
  const Tensor weights = tensor(numbers, {115}, DType::f32);
  full.sample_weights = {weights};
  full.groups = {{.names = "0.*", .lr = 0.02, .l2 = 0.01, .max_norm = 0.5}};
  full.clip.global_norm = 0.1;
  full.schedule = ExponentialLR({.gamma = 0.9});
  full.schedule_unit = ScheduleUnit::step;
  const Dataset data = blobs(115);  // 7 batches of 16 and one of 3: steps of 3, 3 and 2 batches
  for (const bool all : {false, true}) {
    const DType dtype = all ? DType::f32 : DType::f64;
    const Trained recorded = train(true, data, all ? full : plain, dtype), called = train(false, data, all ? full : plain, dtype);
    CHECK(recorded.model == called.model);
    CHECK(recorded.reported == called.reported);
    // The batches of a step of 3 and of a step of 2 each run once directly and once while they are recorded.
    CHECK(recorded.calls == 2 * (3 + 2));
    CHECK(called.calls == 3 * 8);
  }
}

TEST_CASE("cuda: an epoch may end within a step of several batches recorded or not") {
  if (!device_here()) return;
  // The last step has one full batch; has one smaller batch; a step takes all batches; there are fewer samples than a batch.
  struct Case {
    std::int64_t samples, accumulate;
    bool drop_last;
  };
  for (const Case& c : {Case{115, 3, true}, {100, 3, false}, {115, 50, false}, {10, 3, false}}) {
    CAPTURE(c.samples);
    CAPTURE(c.accumulate);
    FitOptions options = options_with(Adam());
    options.accumulate = c.accumulate;
    options.drop_last = c.drop_last;
    const Dataset data = blobs(c.samples);
    const Trained recorded = train(true, data, options, DType::f32), called = train(false, data, options, DType::f32);
    CHECK(recorded.model == called.model);
    CHECK(recorded.reported == called.reported);
    CHECK(recorded.calls < called.calls);
  }
}
