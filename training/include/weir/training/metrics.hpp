#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/core/tensor_view.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

// A row of outputs predicts the class with the largest number (the first one, if several are equal). A row with a NaN predicts no class.

// How often class `label` was predicted as class `predicted`; the layout of scikit-learn's confusion_matrix.
struct ConfusionMatrix {
  std::int64_t classes = 0;
  std::vector<std::int64_t> counts;  // [label, predicted], classes x classes; rows with a NaN are not counted

  std::int64_t at(std::int64_t label, std::int64_t predicted) const {
    return counts[static_cast<std::size_t>(label * classes + predicted)];
  }
};

// The fraction (0 to 1) of rows that predict their label, and the confusion matrix; of outputs [..., classes] (f32 or f64) and labels [...]
// (i32, i64 or u8), or one-hot targets or probabilities [..., classes] (f32, f64, i32, i64 or u8), whose largest number is at the label;
// both on the same device. Throw ShapeError (shapes that do not match, no rows), ConfigError (dtype; a label outside [0, classes), which is
// checked on the CPU only) or DeviceError.
double accuracy(const ConstTensorView& outputs, const ConstTensorView& targets);
ConfusionMatrix confusion_matrix(const ConstTensorView& outputs, const ConstTensorView& targets);
// The fraction (0 to 1) of rows whose label is among the k largest outputs; of equal outputs the lower class comes first. Labels only.
// Throws as accuracy, and ConfigError for k outside 1 to classes.
double top_k_accuracy(const ConstTensorView& outputs, const ConstTensorView& labels, std::int64_t k);

// The same for two classes: each element of outputs [...] predicts class 1 above `threshold`, else class 0; an element of targets, of the
// same shape, is class 1 above 0.5, else class 0: 0 and 1, or -1 and 1. Several outputs of a sample are counted one by one, as by Keras'
// binary_accuracy. The threshold is 0.5 for probabilities, 0 for logits and for the outputs of Hinge. Outputs are f32 or f64, targets f32,
// f64, i32, i64 or u8. Throw as accuracy.
double binary_accuracy(const ConstTensorView& outputs, const ConstTensorView& targets, double threshold = 0.5);
ConfusionMatrix binary_confusion_matrix(const ConstTensorView& outputs, const ConstTensorView& targets, double threshold = 0.5);

// The same over a whole Dataset: runs the Model and compares output number `output` of its graph with the target of that number. For the
// accuracy see evaluate().
double top_k_accuracy(Model& model, const Dataset& data, std::int64_t k, std::size_t output = 0);
ConfusionMatrix confusion_matrix(Model& model, const Dataset& data, std::size_t output = 0);
ConfusionMatrix binary_confusion_matrix(Model& model, const Dataset& data, double threshold = 0.5, std::size_t output = 0);

}  // namespace weir
