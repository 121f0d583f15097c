#include <weir/training/metrics.hpp>

#include <pybind11/stl.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/training/precision_recall.hpp>
#include <weir/training/regression_metrics.hpp>

#include "python/arguments.hpp"
#include "python/arrays.hpp"
#include "python/bind.hpp"
#include "python/gil.hpp"

namespace py = pybind11;

namespace {

// An array of numbers: integers of any width become int64, booleans uint8, half floats float32.
HostArray numbers(const py::object& object, const std::string& what) {
  py::array array = as_array(object, what);
  const char kind = array.dtype().kind();
  const bool whole = kind == 'i' || (kind == 'u' && array.itemsize() > 1);
  if (kind == 'b' || whole || (kind == 'f' && array.itemsize() == 2)) {
    array = array.attr("astype")(numpy_dtype(kind == 'b' ? weir::DType::u8 : whole ? weir::DType::i64 : weir::DType::f32));
  }
  return host_array(array, what);
}

template <class F>
auto of_two(const std::string& who, const py::object& outputs, const py::object& targets, F&& f) {
  const HostArray y = numbers(outputs, who + ": outputs"), t = numbers(targets, who + ": targets");
  const ReleasedGil release;
  return f(y.view, t.view);
}

py::array matrix_array(const weir::ConfusionMatrix& matrix) {
  py::array_t<std::int64_t> array({matrix.classes, matrix.classes});
  std::copy(matrix.counts.begin(), matrix.counts.end(), array.mutable_data());
  return array;
}

weir::ConfusionMatrix matrix_from(const py::object& object, const std::string& who) {
  const py::object given = as_array(object, who + ": matrix").attr("astype")(numpy_dtype(weir::DType::i64));
  const HostArray array = host_array(given, who + ": matrix");
  const weir::Shape& shape = array.view.shape();
  if (shape.rank() != 2 || shape[0] != shape[1]) {
    throw weir::ShapeError(who + ": the matrix has the shape " + to_string(shape) + ", expected [classes, classes]. Pass what " +
                           "weir.confusion_matrix returns.");
  }
  const auto counts = array.view.values<std::int64_t>();
  return {shape[0], {counts.begin(), counts.end()}};
}

// precision, recall or f1: of one class, or averaged.
template <class OfClass, class OfAverage>
void def_score(py::module_& m, const char* name, OfClass of_class, OfAverage of_average, const char* doc) {
  m.def(
      name,
      [=](const py::object& matrix, const py::object& label, const std::string& average) {
        const weir::ConfusionMatrix counts = matrix_from(matrix, name);
        if (!label.is_none()) return of_class(counts, to_integer(label, std::string(name) + ": label"));
        if (average != "micro" && average != "macro") {
          throw weir::ConfigError(std::string(name) + ": average is '" + average + "', expected 'micro' or 'macro'.");
        }
        return of_average(counts, average == "micro" ? weir::Average::micro : weir::Average::macro);
      },
      py::arg("matrix"), py::arg("label") = py::none(), py::arg("average") = "macro", doc);
}

}  // namespace

void bind_metrics(py::module_& m) {
  using Label = double (*)(const weir::ConfusionMatrix&, std::int64_t);
  using Averaged = double (*)(const weir::ConfusionMatrix&, weir::Average);
  using py::arg;
  m.def(
      "accuracy",
      [](const py::object& outputs, const py::object& targets) {
        return of_two("accuracy", outputs, targets, [](const auto& y, const auto& t) { return weir::accuracy(y, t); });
      },
      arg("outputs"), arg("targets"),
      "The fraction (0 to 1) of rows of outputs [..., classes] whose largest number is at the label; targets are labels [...], or one-hot "
      "or probabilities [..., classes]. ShapeError for shapes that do not match, ConfigError for a label out of range.");
  m.def(
      "top_k_accuracy",
      [](const py::object& outputs, const py::object& labels, const py::object& k) {
        const std::int64_t count = to_integer(k, "top_k_accuracy: k");
        return of_two("top_k_accuracy", outputs, labels, [&](const auto& y, const auto& t) { return weir::top_k_accuracy(y, t, count); });
      },
      arg("outputs"), arg("labels"), arg("k"), "The fraction (0 to 1) of rows whose label is among the k largest outputs.");
  m.def(
      "confusion_matrix",
      [](const py::object& outputs, const py::object& targets) {
        return matrix_array(
            of_two("confusion_matrix", outputs, targets, [](const auto& y, const auto& t) { return weir::confusion_matrix(y, t); }));
      },
      arg("outputs"), arg("targets"),
      "How often each label (row) was predicted as each class (column): an int64 array [classes, classes], as scikit-learn's.");
  m.def(
      "binary_accuracy",
      [](const py::object& outputs, const py::object& targets, double threshold) {
        return of_two("binary_accuracy", outputs, targets,
                      [&](const auto& y, const auto& t) { return weir::binary_accuracy(y, t, threshold); });
      },
      arg("outputs"), arg("targets"), arg("threshold") = 0.5,
      "The fraction (0 to 1) of elements of outputs [...] that predict their target: class 1 above the threshold (0.5 for probabilities, 0 "
      "for logits), else class 0; targets [...] are class 1 above 0.5.");
  m.def(
      "binary_confusion_matrix",
      [](const py::object& outputs, const py::object& targets, double threshold) {
        return matrix_array(of_two("binary_confusion_matrix", outputs, targets,
                                   [&](const auto& y, const auto& t) { return weir::binary_confusion_matrix(y, t, threshold); }));
      },
      arg("outputs"), arg("targets"), arg("threshold") = 0.5, "As confusion_matrix for two classes, by a threshold: [2, 2].");
  def_score(m, "precision", Label(&weir::precision), Averaged(&weir::precision),
            "TP / (TP + FP) of a confusion matrix: of the class `label`, or averaged over all (\"macro\" or \"micro\"); 0 where the "
            "denominator is 0.");
  def_score(m, "recall", Label(&weir::recall), Averaged(&weir::recall), "TP / (TP + FN) of a confusion matrix; as precision.");
  def_score(m, "f1", Label(&weir::f1), Averaged(&weir::f1),
            "The harmonic mean of precision and recall of a confusion matrix; as precision.");
  m.def(
      "regression_metrics",
      [](const py::object& outputs, const py::object& targets) {
        const weir::RegressionMetrics r =
            of_two("regression_metrics", outputs, targets, [](const auto& y, const auto& t) { return weir::regression_metrics(y, t); });
        py::dict values;
        values["mean_absolute_error"] = r.mean_absolute_error;
        values["mean_squared_error"] = r.mean_squared_error;
        values["r2"] = r.r2;
        return values;
      },
      arg("outputs"), arg("targets"),
      "A dict with mean_absolute_error, mean_squared_error and r2 (scikit-learn's r2_score) of outputs against targets of the same shape "
      "and "
      "dtype, [samples, ...].");
}
