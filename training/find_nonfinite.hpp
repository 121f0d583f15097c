#pragma once

#include <optional>
#include <string>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>

// The words for a step that was not finite.

namespace weir {

// The first number of an f32 or f64 block, on any device, that is not finite and where it is: "nan at [2, 1]".
std::optional<std::string> find_bad(const ConstTensorView& block);

// The first bad parameter gradient of the Model's last backward, in the order in which backward makes them; else its loss.
std::string find_bad_gradient(const Model& model);

// What went bad first in the step that this Model has just tried: runs it again, unfused and with memory for every activation, on a
// Model of its own with the same parameters, state and step.
std::string find_first_bad(const Model& model, const Losses& losses, const Batch& batch);

// "fit: step 12: <what>, expected finite numbers. ...": the whole message for the step that the Model has not taken.
std::string failed_step(const std::string& who, const Model& model, const std::string& what);

}  // namespace weir
