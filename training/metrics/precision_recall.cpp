#include <string>
#include <weir/core/error.hpp>
#include <weir/training/precision_recall.hpp>

#include "core/cpu/standard_floats.hpp"

namespace weir {

namespace {

// Of one class: true positives, TP + FP and TP + FN.
struct Counts {
  std::int64_t right = 0, predicted = 0, labelled = 0;
};

Counts counts_of(const ConfusionMatrix& matrix, std::int64_t label) {
  if (label < 0 || label >= matrix.classes) {
    throw ConfigError("confusion matrix: class " + std::to_string(label) + " asked for, it has " + std::to_string(matrix.classes) +
                      ". Count from 0.");
  }
  Counts counts{.right = matrix.at(label, label)};
  for (std::int64_t other = 0; other < matrix.classes; ++other) {
    counts.predicted += matrix.at(other, label);
    counts.labelled += matrix.at(label, other);
  }
  return counts;
}

double ratio(std::int64_t part, std::int64_t whole) {
  const cpu::StandardFloats standard;
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

using OfClass = double (*)(const ConfusionMatrix&, std::int64_t);

double averaged(const ConfusionMatrix& matrix, Average average, OfClass of_class) {
  const cpu::StandardFloats standard;
  std::int64_t right = 0, all = 0;
  double sum = 0;
  for (std::int64_t label = 0; label < matrix.classes; ++label) {
    const Counts counts = counts_of(matrix, label);
    right += counts.right;
    all += counts.labelled;
    sum += of_class(matrix, label);
  }
  if (all == 0) throw ConfigError("confusion matrix: has no rows, expected at least one. Count some first.");
  return average == Average::micro ? ratio(right, all) : sum / static_cast<double>(matrix.classes);
}

}  // namespace

double precision(const ConfusionMatrix& matrix, std::int64_t label) {
  const Counts counts = counts_of(matrix, label);
  return ratio(counts.right, counts.predicted);
}

double recall(const ConfusionMatrix& matrix, std::int64_t label) {
  const Counts counts = counts_of(matrix, label);
  return ratio(counts.right, counts.labelled);
}

double f1(const ConfusionMatrix& matrix, std::int64_t label) {
  const Counts counts = counts_of(matrix, label);
  return ratio(2 * counts.right, counts.predicted + counts.labelled);
}

double precision(const ConfusionMatrix& matrix, Average average) { return averaged(matrix, average, precision); }
double recall(const ConfusionMatrix& matrix, Average average) { return averaged(matrix, average, recall); }
double f1(const ConfusionMatrix& matrix, Average average) { return averaged(matrix, average, f1); }

}  // namespace weir
