#pragma once

#include <vector>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/evaluate.hpp>

#include "training/loss_divisors.hpp"
#include "training/loss_runner.hpp"
#include "training/metrics/accuracy_counter.hpp"

namespace weir {

// Evaluates one Dataset again and again; all memory is taken by the constructor and, where threads keep room of their own for products,
// by the first batch. The Model and the Dataset must outlive it.
class Evaluator {
 public:
  Evaluator(Model& model, const Dataset& data, const Losses& losses);  // checked by the caller

  void warm_up();  // one batch, so that run takes no memory
  Evaluation run();

 private:
  void add_batch(const Context& context, std::int64_t index);

  Model* model_;
  std::int64_t samples_;
  Losses losses_;
  Loader loader_;
  std::vector<LossRunner> runners_;     // one a loss
  std::vector<LossDivisors> divisors_;  // one a loss
  std::vector<double> sums_;            // one a loss
  AccuracyCounter counter_;
};

}  // namespace weir
