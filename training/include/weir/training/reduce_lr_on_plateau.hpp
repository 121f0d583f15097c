#pragma once

#include <array>
#include <cstdint>
#include <weir/core/option.hpp>
#include <weir/training/options_schedule.hpp>

namespace weir {

struct ReduceLROnPlateauOptions {
  static constexpr std::string_view name = "ReduceLROnPlateau";
  enum class Mode : std::uint8_t { min, max };           // min: a lower value is better (loss); max: a higher one (accuracy)
  enum class ThresholdMode : std::uint8_t { rel, abs };  // threshold relative to the best value so far, or absolute

  Mode mode = Mode::min;
  double factor = 0.1;         // 0 <= factor < 1
  std::int64_t patience = 10;  // epochs without improvement before a reduction; 0 or more
  double threshold = 1e-4;     // a smaller change is not an improvement; 0 or more
  ThresholdMode threshold_mode = ThresholdMode::rel;
  std::int64_t cooldown = 0;  // epochs after a reduction that do not count as bad; 0 or more
  double min_lr = 0;          // 0 or more
  double eps = 1e-8;          // smaller reductions are not made; 0 or more

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

// Multiplies the learning rate by factor when the loss (mode min) or the accuracy (max) has not improved for more than `patience` epochs,
// as torch.optim.lr_scheduler.ReduceLROnPlateau. Uses the validation data if fit has some, else the training data. A NaN is not an
// improvement.
class ReduceLROnPlateau final : public OptionsSchedule<ReduceLROnPlateauOptions> {
 public:
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {}) : OptionsSchedule(options) {}
  double rate(double lr, std::uint64_t time, std::span<const double> memory) const override;
  ScheduleWatch watches() const override;
  std::vector<double> memory() const override;
  void observe(double metric, std::span<double> memory) const override;
};

}  // namespace weir
