#pragma once

#include <algorithm>
#include <cstdint>

#include "core/typed.hpp"

namespace weir {

// One batch of a step.
struct MicroBatch {
  std::int64_t batch = 0;    // index within the epoch
  std::int64_t index = 0;    // index within the step
  std::int64_t rows = 0;     // samples of this batch ...
  std::int64_t samples = 0;  // ... and of the whole step
  bool last = true;

  bool alone() const { return index == 0 && last; }
  double share() const { return static_cast<double>(rows) / static_cast<double>(samples); }
};

// How an epoch's samples are split into batches, and batches into steps. The last batch may be smaller, the last step may have fewer
// batches.
class EpochPlan {
 public:
  // Each argument is at least 1. If an epoch has fewer batches than `accumulate`, they form one step.
  EpochPlan(std::int64_t samples, std::int64_t batch, std::int64_t accumulate)
      : samples_(samples), batch_(batch), batches_(ceil_div(samples, batch)), accumulate_(std::min(accumulate, batches_)) {}

  std::int64_t accumulate() const { return accumulate_; }  // batches of every step, except perhaps the last
  std::int64_t steps() const { return ceil_div(batches_, accumulate_); }
  std::int64_t micro_batches(std::int64_t step) const { return std::min(accumulate_, batches_ - step * accumulate_); }
  std::int64_t samples_before(std::int64_t step) const { return std::min(step * accumulate_ * batch_, samples_); }
  std::int64_t samples(std::int64_t step) const { return samples_before(step + 1) - samples_before(step); }
  bool is_whole(std::int64_t step) const { return samples(step) == accumulate_ * batch_; }

  MicroBatch micro_batch(std::int64_t step, std::int64_t index) const {
    const std::int64_t batch = step * accumulate_ + index;
    return {.batch = batch,
            .index = index,
            .rows = std::min(batch_, samples_ - batch * batch_),
            .samples = samples(step),
            .last = index + 1 == micro_batches(step)};
  }

 private:
  std::int64_t samples_, batch_, batches_, accumulate_;
};

}  // namespace weir
