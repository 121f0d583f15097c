#pragma once

#include <cstdint>
#include <weir/training/metrics.hpp>

namespace weir {

// How the numbers of all classes become one: micro counts every row alike, macro every class.
enum class Average : std::uint8_t { micro, macro };

// Of a class: the share of the rows taken for it that are of it, the share of its rows that are taken for it, and the harmonic mean of the
// two. 0 where there are no such rows. ConfigError for a class that is not there.
double precision(const ConfusionMatrix& matrix, std::int64_t label);
double recall(const ConfusionMatrix& matrix, std::int64_t label);
double f1(const ConfusionMatrix& matrix, std::int64_t label);

// Of all classes, as scikit-learn's precision_score, recall_score and f1_score with all labels; micro ones are equal, the share of rows
// that are right. ConfigError for a matrix without rows.
double precision(const ConfusionMatrix& matrix, Average average);
double recall(const ConfusionMatrix& matrix, Average average);
double f1(const ConfusionMatrix& matrix, Average average);

}  // namespace weir
