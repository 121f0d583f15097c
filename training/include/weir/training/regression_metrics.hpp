#pragma once

#include <cstddef>
#include <weir/core/model.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

// Errors of outputs x against targets t over all samples and features.
struct RegressionMetrics {
  double mean_absolute_error = 0;  // mean of |x - t|
  double mean_squared_error = 0;   // mean of (x - t)^2
  double r2 = 0;                   // coefficient of determination, 1 - sum of (x - t)^2 / sum of (t - mean t)^2, averaged over features.
                                   // For a feature whose target is constant: 1 if x = t everywhere, else 0 (scikit-learn's r2_score)
};

// Of outputs and targets [samples, ...] with the same shape, dtype (f32 or f64) and device. Throws ShapeError, ConfigError (dtype) or
// DeviceError.
RegressionMetrics regression_metrics(const ConstTensorView& outputs, const ConstTensorView& targets);

// The same over a whole Dataset: runs the Model and compares output number `output` of its graph with the target of that number.
RegressionMetrics regression_metrics(Model& model, const Dataset& data, std::size_t output = 0);

}  // namespace weir
