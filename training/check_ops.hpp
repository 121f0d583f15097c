#pragma once

#include <cstdint>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// What training looks at after a step. Callers have checked dtypes (f32, f64; labels i32), shapes and devices; the results that are
// pointed to live on the context's device and are added to, so that they can be read once for many calls.

namespace weir::cpu {
// *max_abs becomes the largest of itself and every |x[i]|: NaN counts above infinity. *max_abs must not be negative.
void max_abs(const Context& context, const ConstTensorView& x, double* max_abs);
// For outputs of [labels' elements, classes]: *correct += rows that predict their label, as metrics.hpp defines it.
void count_correct(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t* correct);
// counts[classes, classes]: counts[label, predicted] += rows; labels outside and rows with a NaN count nowhere.
void count_confusion(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t* counts);
// *correct += rows whose label is among the k largest outputs; labels outside and rows with a NaN count nowhere.
void count_top_k(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t k,
                 std::int64_t* correct);
// *count += labels in [0, classes).
void count_labels(const Context& context, const ConstTensorView& labels, std::int64_t classes, std::int64_t* count);
// For outputs x and targets t [samples, ...] and sums [4, features] (f64): += |x - t|, (x - t)^2, t - c, (t - c)^2, with centre c
// [features].
void regression_sums(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& centre,
                     const TensorView& sums);
}  // namespace weir::cpu

namespace weir::cuda {
void max_abs(const Context& context, const ConstTensorView& x, double* max_abs);
void count_correct(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t* correct);
void count_confusion(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t* counts);
void count_top_k(const Context& context, const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t k,
                 std::int64_t* correct);
void count_labels(const Context& context, const ConstTensorView& labels, std::int64_t classes, std::int64_t* count);
void regression_sums(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& centre,
                     const TensorView& sums);
}  // namespace weir::cuda
