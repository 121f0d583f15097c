#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>
#include <weir/core/communicator.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/callback.hpp>
#include <weir/training/gradient_clip.hpp>
#include <weir/training/metric.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/parameter_group.hpp>
#include <weir/training/reports.hpp>
#include <weir/training/schedule.hpp>
#include <weir/training/weight_average.hpp>

namespace weir {

struct FitOptions {
  Losses loss = {};  // one for each output of the graph
  // One tensor for all losses or one for each loss, [samples], f32 or f64, 0 or more, on the host. The loss of a batch is then the sum of
  // weight * loss of a sample divided by the number of samples, as in Keras. Copied when fit begins; not used for validation.
  std::vector<ConstTensorView> sample_weights = {};
  AnyOptimizer optimizer = {};
  std::vector<ParameterGroup> groups = {};         // parameters in no group use the optimizer's options
  AnySchedule schedule = {};                       // of the learning rates; none: constant
  std::optional<ScheduleUnit> schedule_unit = {};  // counts steps or epochs; unset: the schedule's default
  GradientClip clip = {};
  std::optional<WeightAverage> average = {};  // a moving average of the parameters, used for validation
  std::int64_t epochs = 1;
  std::int64_t batch = 32;                  // at most the Model's max_batch
  std::int64_t accumulate = 1;              // batches (micro-batches) in a step, whose gradient is the mean over all their samples
  bool drop_last = false;                   // leave out an epoch's last batch if it is smaller
  // The ranks that train together, each of which calls fit with the same arguments and data. A step's micro-batches are dealt to them, so
  // `accumulate` is at least their number, and the result is that of one rank, bit for bit. With `deterministic` false the order in which
  // gradients are added is left to the communicator, and the result depends on the number of ranks. Callbacks are called on rank 0 alone.
  Communicator communicator = {};
  bool deterministic = true;
  const Dataset* validation = nullptr;      // evaluated after each epoch
  std::vector<Metric> metrics = {};         // of your own, of the validation data after each epoch
  bool shuffle = true;                      // a new order in each epoch, from the Model's seed and the epoch's number
  bool check_finite = true;                 // false: NaN and infinities get into the parameters
  std::vector<AnyCallback> callbacks = {};  // called in this order; copied when fit begins
  // Goes on from a checkpoint as if training had never stopped, to the bit. Either a file (.safetensors), or the folder of a Checkpoint
  // callback: then from its newest checkpoint that is not damaged, and if it holds none yet, fit begins. `epochs` counts the whole run,
  // with those before the stop. Threads, callbacks, epochs and validation data may differ from those of the saved run; ConfigError before
  // the first step lists what else does. Of the training data their size and a sample of the values are compared.
  std::filesystem::path resume = {};
  // When set to true, from another thread or a signal handler, fit ends after the current step; if that cuts an epoch short, without
  // validation and on_epoch. On a CUDA device up to about 0.2 s of steps are finished first.
  const std::atomic<bool>* stop = nullptr;
  // Short form of a callback without state; called after the others.
  std::function<Control(const StepReport&)> on_step = {};
  std::int64_t on_step_every = 1;  // after so many steps and after an epoch's last. Small numbers slow a CUDA device
  std::function<Control(const EpochReport&)> on_epoch = {};
};

// Trains the Model. Each epoch uses each sample once, in batches; the last may be smaller, or is left out. A second fit continues where the
// first ended (step count, moments, schedule, order of samples); but an optimizer of another type, or a schedule with other options, starts
// anew, and so do callbacks. With `accumulate` the gradients of a step's micro-batches are added in a binary tree and their losses in
// order; running statistics are those of the last micro-batch. Throws before anything changes: ConfigError (an invalid option, a missing
// loss or optimizer, metrics without validation data, a label or index out of range, a batch of one sample for BatchNorm), ShapeError
// (batch, number or shapes of inputs and targets), DeviceError. Throws NumericError when a step's loss, gradients or update are not finite;
// it names the step and the first layer and tensor with a non-finite value, and the Model stays as after the last good step.
// With several ranks, whose Models are on the CPU, `resume` and files of callbacks are those of rank 0; `stop` on any rank stops all after
// the same step; a ConfigError names a rank whose graph, options, data or parameters differ from those of rank 0, and where one rank throws
// the others throw an Error with its message. The TrainingState of ranks other than 0 has no callbacks' state.
History fit(Model& model, const Dataset& train, const FitOptions& options);

}  // namespace weir
