#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include <weir/core/tensor.hpp>
#include <weir/training/callback.hpp>
#include <weir/training/quantity.hpp>

namespace weir {

struct EarlyStoppingOptions {
  using Mode = weir::Mode;

  std::string monitor = "val_loss";     // as in quantity.hpp
  double min_delta = 0;                 // 0 or more; better by no more than this is no improvement
  std::int64_t patience = 0;            // stop after so many epochs without improvement (0 stops as 1 does); 0 or more
  Mode mode = Mode::automatic;          // as in quantity.hpp
  std::optional<double> baseline = {};  // only an improvement that is also better than this lets patience begin again
  bool restore_best_weights = false;    // when fit ends, stopped or not, give the Model the weights of the best epoch
  std::int64_t start_from_epoch = 0;    // ignore so many epochs first; 0 or more
};

// Stops training when a quantity no longer improves, by the rules of keras.callbacks.EarlyStopping (Keras 3): after each epoch
//   wait = wait + 1;   if value is better than best by more than min_delta: best = value and, if it is better than baseline too, wait = 0;
//   else, after the second epoch at the earliest: stop if wait >= patience
// The best weights are parameters and running statistics. A NaN is never an improvement; if no epoch improves, the best is the first one
// that counts. Kept weights take the memory of two more copies, and are part of a checkpoint, so that a resumed run restores the same. With
// FitOptions::average the validation values are those of the averaged weights, and the weights that are kept the ordinary ones. Resuming a
// run that ended by this stops at once, unless patience has become larger. ConfigError for options out of range, and before the first step
// for a monitor that the run does not have.
class EarlyStopping final : public Callback {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  std::string name() const override { return "early_stopping"; }
  Control on_begin(Model& model, const BeginReport& report) override;
  Control on_epoch(Model& model, const EpochReport& report) override;
  void on_end(Model& model, const History& history) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  bool improves(double value, double reference) const;
  void keep(const Model& model, std::int64_t epoch);

  EarlyStoppingOptions options_;
  bool higher_is_better_ = false;
  std::int64_t wait_ = 0, best_epoch_ = 0;
  std::optional<double> best_;
  bool stopped_ = false;
  std::shared_ptr<std::vector<Tensor>> best_weights_;  // parameter_arena(), and state_arena() if there is any; made in fit
};

}  // namespace weir
