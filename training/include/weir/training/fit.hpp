#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/callback.hpp>
#include <weir/training/gradient_clip.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/parameter_group.hpp>
#include <weir/training/reports.hpp>
#include <weir/training/schedule.hpp>

namespace weir {

struct FitOptions {
  Losses loss = {};  // one for each output of the graph
  // [samples] of f32 or f64, 0 or more, on the host: none, one for all losses or one a loss. A batch's loss is then the mean of weight
  // times the sample's loss: divided by the number of samples, as in Keras. Copied when fit begins; validation knows none.
  std::vector<ConstTensorView> sample_weights = {};
  AnyOptimizer optimizer = {};
  std::vector<ParameterGroup> groups = {};         // parameters in none have the optimizer's options
  AnySchedule schedule = {};                       // of the learning rates; none: they stay
  std::optional<ScheduleUnit> schedule_unit = {};  // whether its time counts steps or epochs; unset: the schedule's own
  GradientClip clip = {};
  std::int64_t epochs = 1;
  std::int64_t batch = 32;              // at most the Model's max_batch
  std::int64_t accumulate = 1;          // so many batches (micro-batches) make one step: its gradient is their mean, samples counting alike
  bool drop_last = false;               // an epoch's last batch is left out where it is smaller than the others
  const Dataset* validation = nullptr;  // evaluated after each epoch
  bool shuffle = true;                  // anew each epoch, from the Model's seed and the number of the epoch
  bool check_finite = true;             // false: NaN and infinities go into the parameters
  std::vector<AnyCallback> callbacks = {};  // called in this order; copied when fit begins
  // Set to true from anywhere, another thread or a signal handler too, it ends fit after the step that is running: without validation or
  // on_epoch where it cuts an epoch short. A CUDA device has up to about 0.2 s of steps before it, which it finishes. nullptr: nothing
  // does.
  const std::atomic<bool>* stop = nullptr;
  // The short form of a callback that remembers nothing, behind the others.
  std::function<Control(const StepReport&)> on_step = {};
  std::int64_t on_step_every = 1;  // after so many steps and after an epoch's last. A CUDA device is fastest when it is asked rarely
  std::function<Control(const EpochReport&)> on_epoch = {};
};

// Trains the Model: every epoch visits each sample once in batches, the last of which may be smaller, or is left out. A second fit goes on
// where the first ended (step count, moments, schedule, order of samples), unless its optimizer is of another type, or its schedule
// described otherwise: that one begins anew; callbacks always do. With `accumulate` the gradients of a step are added in a binary tree over
// its micro-batches and their losses in order, and running statistics are those of the last micro-batch. Throws before
// anything changes: ConfigError (an option, a missing loss or optimizer, a label or an index out of range, a batch of one for a BatchNorm),
// ShapeError (batch, counts and shapes of inputs and targets), DeviceError. Throws NumericError when a step's loss, gradients or update are
// not finite: it names the step and the first layer and tensor that went bad, and the Model stays as the last good step left it.
History fit(Model& model, const Dataset& train, const FitOptions& options);

}  // namespace weir
