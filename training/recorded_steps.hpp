#pragma once

#include <cstdint>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/data/loader.hpp>

#include "core/graph_capture.hpp"
#include "training/epoch_plan.hpp"
#include "training/gradient_sum.hpp"
#include "training/host_device_buffer.hpp"
#include "training/metrics/accuracy_counter.hpp"
#include "training/schedules/schedule_run.hpp"
#include "training/step_ops.hpp"
#include "training/updater.hpp"

namespace weir {

// Runs fit's steps on a CUDA device without the host in between. The first step of each size (the last of an epoch may be smaller) runs
// normally, the second is recorded in CUDA graphs, and later ones replay them. Each batch of a step has a graph of its own (up to 64 in a
// step), so that data can be uploaded in between; they differ in how gradients are accumulated and in their random numbers. The device
// checks every step: before one that is not finite, or whose update could overflow, it stops; the host notices when it reads the numbers,
// and runs that step itself, with all checks.
class RecordedSteps {
 public:
  // Whether steps can be recorded: every layer, loss and optimizer is capturable, and loading data does not make the host wait. Call after
  // plan_training.
  static bool possible(const Model& model, const Loader& loader, const Updater& updater);

  // All arguments must outlive this.
  RecordedSteps(Model& model, Loader& loader, const AccuracyCounter& counter, Updater& updater, ScheduleRun& schedule,
                const EpochPlan& plan, GradientSum& sum);

  struct Taken {
    std::int64_t steps = 0;
    double loss = 0;       // of the last step
    bool stopped = false;  // the host has to run the next step
  };

  // Runs steps until `end` of the current epoch, in the loader's order, or until one that the device must not take. After such a stop the
  // next calls enqueue only a few steps at a time. Counts the steps in the Model's TrainingState, also when it throws.
  Taken run(const Context& context, std::int64_t end);

 private:
  // Graphs take memory: the batches of a step beyond these are enqueued normally each time.
  static constexpr std::int64_t most_recorded = 64;

  struct Recorded {
    bool warm = false;
    cuda::RecordedGraph graph;
  };

  bool set_rates(std::int64_t first, std::int64_t end);  // returns whether any rate has changed
  Taken settle(const Context& context);
  void step(const Context& context, std::int64_t index);
  void replay(const Context& context, const MicroBatch& micro_batch, Recorded& recorded);
  void enqueue(const Context& context, const MicroBatch& micro_batch);

  Model& model_;
  Loader& loader_;
  const AccuracyCounter& counter_;
  Updater& updater_;
  ScheduleRun& schedule_;
  const EpochPlan& plan_;
  GradientSum& sum_;
  std::int64_t most_ahead_, ahead_;  // steps to enqueue before the host checks for a stop; steps enqueued after a stop are wasted
  HostDeviceBuffer<StepNumbers> numbers_;
  HostDeviceBuffer<double> rates_;      // [steps of an epoch, rates]
  std::vector<Recorded> whole_, last_;  // the batches of a full step, and of an epoch's last step if that is smaller
};

}  // namespace weir
