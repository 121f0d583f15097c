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

// Evaluates one Dataset repeatedly (validation after each epoch). All memory is allocated by the constructor and by the first batch, in
// which threads allocate their buffers for matrix products. The Model and the Dataset must outlive it.
class Evaluator {
 public:
  Evaluator(Model& model, const Dataset& data, const Losses& losses);  // the caller has checked them against each other

  void warm_up();  // runs one batch, so that run() allocates nothing
  Evaluation run();

 private:
  void add_batch(const Context& context, std::int64_t index);

  Model* model_;
  std::int64_t samples_;
  Losses losses_;
  Loader loader_;
  std::vector<LossRunner> runners_;     // one for each loss
  std::vector<LossDivisors> divisors_;  // one for each loss
  std::vector<double> sums_;            // one for each loss
  AccuracyCounter counter_;
};

}  // namespace weir
