#pragma once

#include <weir/training/schedule.hpp>

namespace weir {

struct ExponentialLROptions {
  double gamma = 0.95;  // 0 or more
};

// lr gamma^time, as torch.optim.lr_scheduler.ExponentialLR.
class ExponentialLR final : public Schedule {
 public:
  explicit ExponentialLR(ExponentialLROptions options);  // ConfigError for an option outside its range

  std::string describe() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 private:
  ExponentialLROptions options_;
};

}  // namespace weir
