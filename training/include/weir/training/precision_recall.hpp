#pragma once

#include <cstdint>
#include <weir/training/metrics.hpp>

namespace weir {

// How the values of all classes are averaged: micro weights every row equally, macro every class.
enum class Average : std::uint8_t { micro, macro };

// Precision TP / (TP + FP), recall TP / (TP + FN) and F1, their harmonic mean, for one class; 0 where the denominator is 0. ConfigError for
// a class outside [0, classes).
double precision(const ConfusionMatrix& matrix, std::int64_t label);
double recall(const ConfusionMatrix& matrix, std::int64_t label);
double f1(const ConfusionMatrix& matrix, std::int64_t label);

// The same averaged over all classes, as scikit-learn's precision_score, recall_score and f1_score with all labels. With Average::micro all
// three are the accuracy. ConfigError for a matrix without any counts.
double precision(const ConfusionMatrix& matrix, Average average);
double recall(const ConfusionMatrix& matrix, Average average);
double f1(const ConfusionMatrix& matrix, Average average);

}  // namespace weir
