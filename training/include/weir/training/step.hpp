#pragma once

#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/gradient_clip.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/parameter_group.hpp>

namespace weir {

struct StepOptions {
  std::vector<ParameterGroup> groups = {};  // parameters in none have the optimizer's options
  GradientClip clip = {};
  bool check_finite = true;  // false: NaN and infinities go into the parameters
};

// The second half of a training step, for loops of your own:
//   model.backward(batch);
//   weir::step(model, optimizer);
// Looks at the loss and the gradients, moves the parameters, takes the layers' state and counts the step. Moments are kept in
// model.training_state() and go on from call to call while the optimizer is of the same type. Throws NumericError with the first
// tensor that is not finite, before or instead of any change; ConfigError before plan_training and for groups and limits that make no
// sense; DeviceError for an optimizer that does not run on the Model's device. fit() is faster: it need not look at the parameters before
// each step.
void step(Model& model, const Optimizer& optimizer, StepOptions options = {});

}  // namespace weir
