#pragma once

#include <weir/training/schedule.hpp>

namespace weir {

struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};  // rising
  double gamma = 0.1;                         // 0 or more
};

// lr gamma^(milestones reached), as torch.optim.lr_scheduler.MultiStepLR.
class MultiStepLR final : public Schedule {
 public:
  explicit MultiStepLR(MultiStepLROptions options);  // ConfigError for an option outside its range

  std::string describe() const override;
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;

 private:
  MultiStepLROptions options_;
};

}  // namespace weir
