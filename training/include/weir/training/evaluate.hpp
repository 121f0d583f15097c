#pragma once

#include <cstdint>
#include <optional>
#include <vector>
#include <weir/core/communicator.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/core/named_value.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/metric.hpp>

namespace weir {

struct Evaluation {
  double loss = 0;                 // sum over the losses of weight * mean over samples
  std::optional<double> accuracy;  // 0 to 1, of the first output whose loss has a Loss::classification; none without such a loss
  std::int64_t samples = 0;
  std::vector<NamedValue> metrics;
};

// Loss, accuracy and metrics of your own over a whole Dataset, in inference mode (PyTorch's model.eval() with no_grad). Does not change the
// Model's parameters, state or gradients. u8 fields without a divisor use the one that the Model was trained with. Throws ShapeError,
// ConfigError or DeviceError when Model, data and losses do not match. With several ranks each calls it with the same arguments, computes a
// part of the batches, and gets the result of one rank; metrics are computed on rank 0.
Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses, const std::vector<Metric>& metrics = {},
                    const Communicator& communicator = {});

}  // namespace weir
