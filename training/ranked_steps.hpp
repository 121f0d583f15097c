#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/fit.hpp>

#include "training/epoch_plan.hpp"
#include "training/metrics/accuracy_counter.hpp"
#include "training/rank_sum.hpp"
#include "training/ranks.hpp"
#include "training/updater.hpp"

namespace weir {

// The steps of a fit on several ranks: each computes the micro-batches of its run, and all of them take the same step.
class RankedSteps {
 public:
  // What this refers to must outlive it.
  RankedSteps(Model& model, const FitOptions& options, Loader& loader, AccuracyCounter& counter, Updater& updater, const EpochPlan& plan,
              Ranks& ranks);

  struct Taken {
    double loss = 0;
    AccuracyCounts accuracy;
    bool stop = false;  // FitOptions::stop is set on some rank
  };
  // Takes one step, equal on all ranks. NumericError on all of them for a step that is not finite, which names the first rank with the
  // first layer and tensor that are not.
  Taken run(const Context& context, std::int64_t step);

 private:
  void compute(const Context& context, const MicroBatch& micro_batch);
  Taken exchange_numbers(const Context& context, std::int64_t step);
  void check_losses(const Context& context, std::int64_t step);
  void share_state(const Context& context, std::int64_t micro_batches);
  std::string find_bad_micro_batch(const Context& context, std::int64_t step);
  [[noreturn]] void refuse(const Context& context, std::int64_t step);

  Model& model_;
  const FitOptions& options_;
  Loader& loader_;
  AccuracyCounter& counter_;
  Updater& updater_;
  const EpochPlan& plan_;
  Ranks& ranks_;
  RankSum sum_;
  std::vector<double> own_numbers_, all_numbers_;  // of a step: stop, correct and counted rows, then losses
  std::vector<double> losses_;                     // of all micro-batches of a step
};

}  // namespace weir
