#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>
#include <weir/core/loss.hpp>

namespace weir {

// Combines the losses of consecutive batches into the loss of the whole data set. A loss that averages over something other than samples
// (say over non-ignored labels) states by what it divides in Loss::divisor; batches are weighted accordingly.
class LossDivisors {
 public:
  LossDivisors(const Loss& loss, const Shape& output, const ConstTensorView& targets, std::int64_t batch)
      : all_(loss.divisor(output, targets)) {
    const std::int64_t samples = targets.shape()[0];
    for (std::int64_t begin = 0; begin < samples; begin += batch) {
      const std::int64_t count = std::min(batch, samples - begin);
      shares_.push_back(loss.divisor(output, targets.rows(begin, count)) / static_cast<double>(count));
    }
  }

  // Factor for the sum of the losses y of a batch's samples: divisor / samples; 1 for a plain mean over samples.
  double share(std::int64_t batch) const { return shares_[static_cast<std::size_t>(batch)]; }

  // The loss of the whole data set, from sum = sum over batches of share(batch) * (sum of y); 0 where no target counts.
  double mean(double sum) const { return all_ == 0 ? 0 : sum / all_; }

 private:
  double all_;
  std::vector<double> shares_;
};

}  // namespace weir
