#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>
#include <weir/core/loss.hpp>

namespace weir {

// How the losses of batches in file order make the loss of all of them: by Loss::divisor of each batch's targets.
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

  // What the sum of y over a batch counts; 1 for a loss that is a mean over samples.
  double share(std::int64_t batch) const { return shares_[static_cast<std::size_t>(batch)]; }

  // The loss from the sum over batches of share times sum; 0 where no target counts.
  double mean(double sum) const { return all_ == 0 ? 0 : sum / all_; }

 private:
  double all_;
  std::vector<double> shares_;
};

}  // namespace weir
