#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/optimizer.hpp>

#include "training/averager.hpp"
#include "training/host_device_buffer.hpp"
#include "training/optimizers/moments.hpp"
#include "training/parameter_groups.hpp"
#include "training/regularizer.hpp"
#include "training/schedules/schedule_run.hpp"
#include "training/step_ops.hpp"

namespace weir {

struct UpdaterOptions {
  bool check_finite = true;
  std::span<const ParameterGroup> groups = {};
  GradientClip clip = {};
  const ScheduleRun* schedule = nullptr;  // nullptr: constant learning rates
  std::optional<WeightAverage> average = {};
};

// Whether the gradients are still those of Model::backward (then its upper bounds hold) or were changed afterwards.
enum class Gradients : std::uint8_t { as_made, changed };

// The part of a step after Model::backward: check, update, commit. Allocates in its constructor and, the first time that an update could
// overflow, once more.
class Updater {
 public:
  // `who` begins messages: "fit". The Model, the optimizer and what the options point to must outlive this. Changes nothing; DeviceError
  // for an optimizer that does not run on the Model's device, ConfigError for invalid groups, limits or average.
  Updater(std::string who, Model& model, const Optimizer& optimizer, const UpdaterOptions& options = {});

  // Returns false, with nothing changed, when the loss or a gradient is not finite. Throws NumericError, with nothing changed, when the
  // update would make a parameter or moment non-finite.
  bool step(Gradients gradients = Gradients::changed);

  double learning_rate() const { return learning_rate_; }  // of the last step, for parameters in no group
  const std::vector<double>& rates() const { return groups_.rates(); }
  Averager& average() { return average_; }

  // For steps recorded on a device: as step(), without the host. Between begin and end the numbers are on the device.
  bool capturable() const;
  void begin_recorded(const Context& context);
  void enqueue(const Context& context, StepAcceptance acceptance);  // checks the step, and updates unless the check set skip
  void end_recorded(const Context& context);
  void steps_were_taken(std::span<const double> rates);  // tells that the device has taken steps, with the rates of the last one

 private:
  UpdateNumbers& numbers() { return numbers_.host()[0]; }
  double set_learning_rates();  // returns the largest
  void measure_kept(const Context& context);
  bool gradients_are_finite(const Context& context, Gradients gradients);
  void look_at_gradients(const Context& context, Gradients gradients, double* max_abs);
  void update(const Context& context, bool track);
  void enqueue_update(const Context& context, bool track, const std::uint64_t* skip);
  void enqueue_average(const Context& context, const std::uint64_t* skip);
  void update_with_care(const Context& context);
  std::string describe_overflow() const;
  void keep_state();

  std::string who_;
  Model* model_;
  const Optimizer* optimizer_;
  bool check_finite_;
  const ScheduleRun* schedule_;
  ParameterGroups groups_;
  Regularizer regularizer_;
  double safe_magnitude_;
  double learning_rate_ = 0;
  Moments moments_;
  Averager average_;
  bool state_is_kept_ = false;
  HostDeviceBuffer<UpdateNumbers> numbers_;  // the first entry; further ones, one for each group, hold only a learning rate
  std::vector<TensorView> segment_;          // moments of one segment, reused for each call
  std::vector<TensorView> kept_;             // parameters, then moments
  std::vector<Tensor> before_;               // copies of them, for an update that may overflow
};

}  // namespace weir
