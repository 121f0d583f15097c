#pragma once

#include <cstdint>
#include <optional>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

struct Evaluation {
  double loss = 0;                 // sum over losses of weight * mean over samples
  std::optional<double> accuracy;  // fraction of 1, of the first output whose loss classifies; see metrics.hpp
  std::int64_t samples = 0;
};

// The losses over a whole Dataset, in inference mode, without any change to the Model's parameters, state or gradients. u8 that says no
// divisor has the one that the Model was trained with. Throws as fit.
Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses);

}  // namespace weir
