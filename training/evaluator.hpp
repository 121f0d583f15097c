#pragma once

#include <vector>

#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/evaluate.hpp>

#include "training/accuracy_counter.hpp"
#include "training/loss_runner.hpp"

namespace weir {

// Evaluates one Dataset again and again; all memory is taken by the constructor. The Model and the Dataset must outlive it.
class Evaluator {
 public:
  Evaluator(Model& model, const Dataset& data, const Losses& losses);  // checked by the caller

  Evaluation run();

 private:
  Model* model_;
  std::int64_t samples_;
  Losses losses_;
  Loader loader_;
  std::vector<LossRunner> runners_;  // one a loss
  std::vector<double> sums_;         // one a loss
  AccuracyCounter counter_;
};

}  // namespace weir
