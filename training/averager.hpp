#pragma once

#include <cstdint>
#include <optional>
#include <weir/core/model.hpp>
#include <weir/training/weight_average.hpp>

#include "training/gradient_ops.hpp"
#include "training/metrics/evaluator.hpp"

namespace weir {

// Keeps the moving average of a Model's parameters in its TrainingState. Without options it does nothing.
class Averager {
 public:
  Averager(Model& model, const std::optional<WeightAverage>& options);  // changes nothing; ConfigError for an option out of range

  // After an update of the parameters: updates the average, if it is due at this step. The number of the step is *step + first_step, where
  // `step` points to the device's memory. Does nothing if *skip is not 0 (nullptr: never skips).
  void update(const Context& context, const std::uint64_t* step, std::uint64_t first_step, const std::uint64_t* skip);

  void steps_were_taken();  // tells that TrainingState::step has grown

  void warm_up(Evaluator& validation);         // allocates what evaluate needs
  Evaluation evaluate(Evaluator& validation);  // with the averaged parameters, if there are any and options.validate is set

 private:
  Model* model_;
  std::optional<WeightAverage> options_;
  AverageUpdate update_;
  std::uint64_t seen_ = 0;  // the steps that updates were counted for
  AverageState next_;       // for the TrainingState, after the first step; without values if those there continue
  bool is_kept_ = false;
  TensorView values_;
  Tensor parameters_;  // a copy of them during evaluate
};

}  // namespace weir
