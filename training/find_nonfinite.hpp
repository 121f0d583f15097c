#pragma once

#include <optional>
#include <string>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>

// Finds where a NaN or infinity in a training step came from, for the error message.

namespace weir {

// The first non-finite number of an f32 or f64 block on any device, and its index: "nan at [2, 1]"; nullopt when all are finite.
std::optional<std::string> find_bad(const ConstTensorView& block);

// The first parameter gradient of the Model's last backward that has a non-finite number, in the order of backward (last layer first);
// else the loss.
std::string find_bad_gradient(const Model& model);

// What became non-finite first in the step that the Model has just tried. Runs that step again on a second Model with the same parameters,
// state and step number, without fusion and memory reuse, so that the output of every layer can be inspected.
std::string find_first_bad(const Model& model, const Losses& losses, const Batch& batch);

// The error message: "fit: step 12: <what>, expected finite numbers. ...". The step was not applied to the Model.
std::string failed_step(const std::string& who, const Model& model, const std::string& what);

}  // namespace weir
