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

// The steps of fit on a CUDA device without the host: the first step of each size (the last of an epoch may be smaller) runs as it is, the
// second is recorded, from then on it is replayed. Each batch of a step (of many the first 64) is a graph of its own, so that data can be
// brought between them: they differ in what is done with the gradients and in their random numbers. The device judges every step: at one
// that is not finite, or whose update could overflow, it stops by itself; the host, when it reads the numbers, takes that step on its own
// and with care.
class RecordedSteps {
 public:
  // Whether a step can be recorded: every layer, loss and optimizer can, and the device gets at the data without the host
  // waiting for it. After plan_training.
  static bool possible(const Model& model, const Loader& loader, const Updater& updater);

  // All must outlive this.
  RecordedSteps(Model& model, Loader& loader, const AccuracyCounter& counter, Updater& updater, ScheduleRun& schedule,
                const EpochPlan& plan, GradientSum& sum);

  struct Taken {
    std::int64_t steps = 0;
    double loss = 0;       // of the last one
    bool stopped = false;  // the next one is not the device's to take
  };

  // Takes the steps up to `end` of the running epoch, whose order the loader has: all of them, unless one is not the device's to take;
  // after such a one only a few at a time. Counts them in the Model's TrainingState, also when it throws.
  Taken run(const Context& context, std::int64_t end);

 private:
  // Graphs take memory: later batches of a step are enqueued anew each time.
  static constexpr std::int64_t most_recorded = 64;

  struct Recorded {
    bool warm = false;
    cuda::RecordedGraph graph;
  };

  bool set_rates(std::int64_t first, std::int64_t end);  // says whether any has changed
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
  std::int64_t most_ahead_, ahead_;  // steps that are enqueued before the host looks: those after a stop would be for nothing
  HostDeviceBuffer<StepNumbers> numbers_;
  HostDeviceBuffer<double> rates_;      // [steps of an epoch, rates]
  std::vector<Recorded> whole_, last_;  // the batches of a whole step, and of an epoch's last where it is smaller
};

}  // namespace weir
