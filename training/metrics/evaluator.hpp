#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>
#include <weir/core/communicator.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/metric.hpp>

#include "training/loss_divisors.hpp"
#include "training/loss_runner.hpp"
#include "training/metrics/accuracy_counter.hpp"
#include "training/sum_tree.hpp"

namespace weir {

// Checks the names of metrics, which must be unique, and that metrics of one output meet a graph with one; ConfigError that begins with
// `who`.
void check_metrics(const std::string& who, const Model& model, std::span<const Metric> metrics);

// Evaluates one Dataset repeatedly (validation after each epoch). All memory is allocated by the constructor and by the first batch, in
// which threads allocate their buffers for matrix products. The Model and the Dataset must outlive it.
class Evaluator {
 public:
  // The caller has checked them against each other. Batches are dealt to the communicator's ranks, which all get the same result.
  Evaluator(Model& model, const Dataset& data, const Losses& losses, std::vector<Metric> metrics = {},
            const Communicator& communicator = {});

  void warm_up();  // runs one batch, so that run() allocates nothing
  Evaluation run();

 private:
  void add_batch(const Context& context, std::int64_t index);
  void gather(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch, std::int64_t begin);
  void share_numbers(AccuracyCounts& accuracy);
  void share_outputs();
  void compute_metrics(Evaluation& result);

  Model* model_;
  std::int64_t samples_;
  Losses losses_;
  Loader loader_;
  std::vector<LossRunner> runners_;     // one for each loss
  std::vector<LossDivisors> divisors_;  // one for each loss
  std::vector<double> parts_;           // of the losses' sums: one for each loss of each batch
  AccuracyCounter counter_;
  std::vector<Metric> metrics_;
  std::vector<Tensor> outputs_, targets_;  // of all samples, on the host; none without metrics
  Communicator communicator_;
  std::vector<double> own_numbers_, all_numbers_;  // correct and counted rows, then parts_
};

}  // namespace weir
