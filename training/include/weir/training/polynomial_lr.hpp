#pragma once

#include <weir/training/schedule.hpp>

namespace weir {

struct PolynomialLROptions {
  std::int64_t total_iters = 5;  // at least 1
  double power = 1;              // 0 or more
};

// lr (1 - time / total_iters)^power, and 0 from total_iters on, as torch.optim.lr_scheduler.PolynomialLR.
class PolynomialLR final : public Schedule {
 public:
  explicit PolynomialLR(PolynomialLROptions options);  // ConfigError for an option outside its range

  std::string describe() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 private:
  PolynomialLROptions options_;
};

}  // namespace weir
