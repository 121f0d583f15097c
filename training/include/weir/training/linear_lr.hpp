#pragma once

#include <weir/training/schedule.hpp>

namespace weir {

struct LinearLROptions {
  double start_factor = 1.0 / 3;  // 0 or more
  double end_factor = 1;          // 0 or more
  std::int64_t total_iters = 5;   // at least 1
};

// lr times a factor that moves evenly from start_factor to end_factor in total_iters, as torch.optim.lr_scheduler.LinearLR.
class LinearLR final : public Schedule {
 public:
  explicit LinearLR(LinearLROptions options);  // ConfigError for an option outside its range

  std::string describe() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 private:
  LinearLROptions options_;
};

}  // namespace weir
