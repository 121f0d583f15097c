#pragma once

#include <weir/training/schedule.hpp>

namespace weir {

struct StepLROptions {
  std::int64_t step_size = 30;  // at least 1
  double gamma = 0.1;           // 0 or more
};

// lr gamma^(time / step_size, rounded down), as torch.optim.lr_scheduler.StepLR.
class StepLR final : public Schedule {
 public:
  explicit StepLR(StepLROptions options);  // ConfigError for an option outside its range

  std::string describe() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 private:
  StepLROptions options_;
};

}  // namespace weir
