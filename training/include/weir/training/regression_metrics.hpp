#pragma once

#include <cstddef>
#include <weir/core/model.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

// How well outputs x meet targets t, over all samples and features.
struct RegressionMetrics {
  double mean_absolute_error = 0;  // the mean of |x - t|
  double mean_squared_error = 0;   // the mean of (x - t)^2
  double r2 = 0;                   // 1 - sum of (x - t)^2 / sum of (t - mean t)^2 of a feature, averaged over features; for a target that
                                   // does not vary 1 where x = t and else 0, as scikit-learn's r2_score
};

// Of outputs and targets [samples, ...] of one shape and dtype (f32 or f64) on one device. ShapeError, ConfigError (dtype), DeviceError.
RegressionMetrics regression_metrics(const ConstTensorView& outputs, const ConstTensorView& targets);

// The same over a Dataset: which output of the graph is compared with the target of the same number.
RegressionMetrics regression_metrics(Model& model, const Dataset& data, std::size_t output = 0);

}  // namespace weir
