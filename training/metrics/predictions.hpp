#pragma once

#include <cstdint>
#include <weir/core/classification.hpp>
#include <weir/core/host_device.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/typed.hpp"
#include "training/metrics/argmax.hpp"

// Predicted and true class of row i, for each Classification::By and both devices; -1 if there is none.

namespace weir {

template <class T>
struct LabelledRows {
  const T* outputs;
  const std::int32_t* labels;
  std::int64_t classes;
  WEIR_HD std::int64_t predicted(std::int64_t i) const { return argmax(outputs + i * classes, classes); }
  WEIR_HD std::int64_t wanted(std::int64_t i) const { return labels[i] >= 0 && labels[i] < classes ? labels[i] : -1; }
};

template <class T>
struct OneHotRows {
  const T *outputs, *targets;
  std::int64_t classes;
  WEIR_HD std::int64_t predicted(std::int64_t i) const { return argmax(outputs + i * classes, classes); }
  WEIR_HD std::int64_t wanted(std::int64_t i) const { return argmax(targets + i * classes, classes); }
};

template <class T>
struct BinaryElements {
  const T *outputs, *targets;
  T threshold;
  WEIR_HD std::int64_t predicted(std::int64_t i) const { return side(outputs[i], threshold); }
  WEIR_HD std::int64_t wanted(std::int64_t i) const { return side(targets[i], T(0.5)); }
  WEIR_HD static std::int64_t side(T x, T threshold) { return x != x ? -1 : x > threshold ? 1 : 0; }
};

// Calls f(number of rows, classes, rows).
template <class F>
void with_predictions(const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets, F&& f) {
  const std::int64_t elements = outputs.elements();
  if (elements == 0) return;
  typed(outputs.dtype(), [&]<class T>(T) {
    const T* x = data<T>(outputs);
    if (how.by == Classification::By::threshold) {
      f(elements, std::int64_t{2}, BinaryElements<T>{x, data<T>(targets), static_cast<T>(how.threshold)});
    } else if (const std::int64_t classes = outputs.shape().last(); how.by == Classification::By::largest) {
      f(elements / classes, classes, OneHotRows<T>{x, data<T>(targets), classes});
    } else {
      f(elements / classes, classes, LabelledRows<T>{x, data<std::int32_t>(targets), classes});
    }
  });
}

}  // namespace weir
