#pragma once

#include <weir/training/schedule.hpp>

namespace weir {

struct CosineAnnealingLROptions {
  std::int64_t T_max = 10;  // at least 1
  double eta_min = 0;       // 0 or more
};

// eta_min + (lr - eta_min) (1 + cos(pi time / T_max)) / 2, as torch.optim.lr_scheduler.CosineAnnealingLR: it rises again after T_max.
// Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017).
class CosineAnnealingLR final : public Schedule {
 public:
  explicit CosineAnnealingLR(CosineAnnealingLROptions options);  // ConfigError for an option outside its range

  std::string describe() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 private:
  CosineAnnealingLROptions options_;
};

}  // namespace weir
