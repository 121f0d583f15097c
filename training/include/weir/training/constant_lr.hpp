#pragma once

#include <weir/training/schedule.hpp>

namespace weir {

struct ConstantLROptions {
  double factor = 1.0 / 3;       // 0 or more
  std::int64_t total_iters = 5;  // 0 or more
};

// lr factor before total_iters, then lr, as torch.optim.lr_scheduler.ConstantLR.
class ConstantLR final : public Schedule {
 public:
  explicit ConstantLR(ConstantLROptions options);  // ConfigError for an option outside its range

  std::string describe() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 private:
  ConstantLROptions options_;
};

}  // namespace weir
