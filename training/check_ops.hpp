#pragma once

#include <cstdint>
#include <weir/core/classification.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// The finite check and the counts behind metrics. Callers have checked dtypes (f32, f64; labels i32), shapes and devices. Results are in
// memory of the context's device and are accumulated, so that the host can read them once after many calls.

namespace weir {

// *max_abs = max(*max_abs, max abs(x)), where NaN counts as larger than infinity. *max_abs must not be negative.
WEIR_OPERATION(max_abs, const ConstTensorView& x, double* max_abs);
// *correct += number of right predictions. Targets are i32 labels, or of the outputs' dtype.
WEIR_OPERATION(count_correct, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets,
               std::int64_t* correct);
// counts [classes, classes]: counts[target, predicted] += 1 for each prediction, except with a NaN or a label outside [0, classes).
WEIR_OPERATION(count_confusion, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets,
               std::int64_t* counts);
// outputs [rows, classes], labels [rows]: *correct += number of rows whose label is among the k largest outputs, without rows with a NaN or
// a label outside [0, classes).
WEIR_OPERATION(count_top_k, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t k, std::int64_t* correct);
// *count += number of labels in [0, classes).
WEIR_OPERATION(count_labels, const ConstTensorView& labels, std::int64_t classes, std::int64_t* count);
// outputs x and targets t [samples, features], centre c [features], sums [4, features] (f64): adds |x - t|, (x - t)^2, t - c and (t - c)^2
// of every sample to the four rows of sums.
WEIR_OPERATION(regression_sums, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& centre, const TensorView& sums);

}  // namespace weir
