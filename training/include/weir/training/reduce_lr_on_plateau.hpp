#pragma once

#include <array>
#include <cstdint>
#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct ReduceLROnPlateauOptions {
  static constexpr std::string_view name = "ReduceLROnPlateau";
  enum class Mode : std::uint8_t { min, max };           // what gets better: the loss when it falls, the accuracy when it rises
  enum class ThresholdMode : std::uint8_t { rel, abs };  // threshold is a share of the best so far, or a difference

  Mode mode = Mode::min;
  double factor = 0.1;         // from 0 to below 1
  std::int64_t patience = 10;  // epochs without getting better that are borne; 0 or more
  double threshold = 1e-4;     // a change below this is not better; 0 or more
  ThresholdMode threshold_mode = ThresholdMode::rel;
  std::int64_t cooldown = 0;  // epochs after a reduction that do not count; 0 or more
  double min_lr = 0;          // 0 or more
  double eps = 1e-8;          // a reduction by less is not made; 0 or more

  static constexpr std::tuple options{
      Choice{"mode", &ReduceLROnPlateauOptions::mode, std::array<std::string_view, 2>{"min", "max"}},
      Option{"factor", &ReduceLROnPlateauOptions::factor, OptionRange::below_one},
      Option{"patience", &ReduceLROnPlateauOptions::patience},
      Option{"threshold", &ReduceLROnPlateauOptions::threshold},
      Choice{"threshold_mode", &ReduceLROnPlateauOptions::threshold_mode, std::array<std::string_view, 2>{"rel", "abs"}},
      Option{"cooldown", &ReduceLROnPlateauOptions::cooldown},
      Option{"min_lr", &ReduceLROnPlateauOptions::min_lr},
      Option{"eps", &ReduceLROnPlateauOptions::eps}};
};

// lr times factor each time that the loss (mode min) or the accuracy (max) has not got better for more than `patience` epochs, as
// torch.optim.lr_scheduler.ReduceLROnPlateau. It looks at the validation data where fit has some, else at the training data. A NaN is not
// better.
class ReduceLROnPlateau final : public OptionsSchedule<ReduceLROnPlateauOptions> {
 public:
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {}) : OptionsSchedule(options) {}
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;
  ScheduleWatch watches() const override;
  std::vector<double> memory() const override;
  void observe(double metric, std::span<double> memory) const override;
};

}  // namespace weir
