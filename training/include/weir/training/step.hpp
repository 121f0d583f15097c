#pragma once

#include <optional>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/gradient_clip.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/parameter_group.hpp>
#include <weir/training/weight_average.hpp>

namespace weir {

struct StepOptions {
  std::vector<ParameterGroup> groups = {};  // parameters in none have the optimizer's options
  GradientClip clip = {};
  std::optional<WeightAverage> average = {};
  bool check_finite = true;  // false: NaN and infinities get into the parameters
};

// The second half of a training step, for loops of your own:
//   model.backward(batch);
//   weir::step(model, optimizer);
// Checks loss and gradients, updates the parameters, takes over the layers' new state and counts the step. Moments are kept in
// model.training_state(), and later calls with an optimizer of the same type continue them. Throws NumericError, with nothing changed, that
// names the first non-finite tensor; ConfigError before plan_training and for invalid groups or limits; DeviceError for an optimizer that
// does not run on the Model's device. fit() is faster: it does not read all parameters before each step.
void step(Model& model, const Optimizer& optimizer, StepOptions options = {});

}  // namespace weir
