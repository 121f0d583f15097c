#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

// A row of outputs predicts the class of its largest number, the first one of equals. A row that holds a NaN predicts none.

// How often each class was taken for each class.
struct ConfusionMatrix {
  std::int64_t classes = 0;
  std::vector<std::int64_t> counts;  // [classes (of the label), classes (predicted)]; rows with a NaN are in none

  std::int64_t at(std::int64_t label, std::int64_t predicted) const {
    return counts[static_cast<std::size_t>(label * classes + predicted)];
  }
};

// Of outputs [..., classes] (f32 or f64) and labels [...] (i32, i64 or u8) on one device: the fraction of rows that predict their label.
// ShapeError, ConfigError (dtype, no rows, a label outside [0, classes)), DeviceError.
double accuracy(const ConstTensorView& outputs, const ConstTensorView& labels);
ConfusionMatrix confusion_matrix(const ConstTensorView& outputs, const ConstTensorView& labels);
// The fraction of rows whose label is among the k largest outputs, the first ones of equals; ConfigError for k outside 1 to classes.
double top_k_accuracy(const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t k);

// The same over a Dataset: which output of the graph is compared with the target of the same number.
double top_k_accuracy(Model& model, const Dataset& data, std::int64_t k, std::size_t output = 0);
ConfusionMatrix confusion_matrix(Model& model, const Dataset& data, std::size_t output = 0);

}  // namespace weir
