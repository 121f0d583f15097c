#pragma once

#include <optional>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/fit.hpp>

#include "training/ranks.hpp"

namespace weir {

// Compares what decides the result of a fit on all ranks: versions, graph, options, data, parameters and the state of training. Throws on
// all of them a ConfigError that names the first rank that differs from rank 0, with the first thing in which it does. With one rank does
// nothing.
void compare_ranks(Ranks& ranks, const Model& model, const Dataset& train, const std::optional<Dataset>& validation,
                   const FitOptions& options);

}  // namespace weir
