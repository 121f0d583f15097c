#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <weir/training/callback.hpp>
#include <weir/training/quantity.hpp>

namespace weir {

class FileDescriptor;

struct CheckpointOptions {
  // When to save; 0 switches a count off, and several may be on. The end of the run is always saved, also when fit was stopped.
  std::int64_t every_steps = 0;   // since the last checkpoint; looked at after every so many steps of an epoch and after its last
  std::int64_t every_epochs = 1;  // after epochs whose number is a multiple of this
  double every_minutes = 0;       // since the last checkpoint; looked at after every 64 steps of an epoch and after its last
  std::int64_t keep = 2;          // the newest that are kept, at least 1; a large number keeps all

  // A quantity such as "val_loss" (quantity.hpp): the checkpoint of the epoch in which it was best is kept too, as "best.safetensors".
  std::string keep_best = "";
  Mode mode = Mode::automatic;  // of keep_best, as in quantity.hpp

  // Is given the message when a checkpoint cannot be written during training, which goes on, and when fit passed over a damaged one.
  // Without a function, a last checkpoint that could not be written is a FileError of fit, after training.
  std::function<void(const std::string& message)> on_problem = {};
};

// Saves checkpoints of a run into a folder, as "step-000001200.safetensors" after 1200 steps: each is complete before it has this name, and
// the one before stays until then. The folder is made if need be and belongs to one run: unfinished files in it are removed. Before the
// first step FileError when the folder cannot be made or written, another process trains in it, or the disk has no room for the checkpoints
// that will be kept and one more; ConfigError for options out of range, a Model that cannot be saved, or a folder with newer checkpoints
// than the one that fit goes on from.
//   weir::fit(model, train, {..., .callbacks = {weir::Checkpoint("run")}, .resume = "run"});
// begins, and when the program is started again goes on where it was.
class Checkpoint : public Callback {
 public:
  explicit Checkpoint(std::filesystem::path folder, CheckpointOptions options = {});

  std::string name() const override { return "checkpoint"; }
  std::int64_t every() const override;
  Control on_begin(Model& model, const BeginReport& report) override;
  Control on_step(Model& model, const StepReport& report) override;
  Control on_epoch(Model& model, const EpochReport& report) override;
  void on_checkpoint(Model& model, bool ending) override;
  void on_end(Model& model, const History& history) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  using Clock = std::chrono::steady_clock;

  void tell(const std::string& message) const;
  bool save(const Model& model, const std::filesystem::path& path);  // false: could not be written, which was told
  void check_room(const Model& model, const BeginReport& report, std::int64_t there) const;

  std::filesystem::path folder_;
  CheckpointOptions options_;
  std::uint64_t saved_step_ = 0;  // of the newest checkpoint
  Clock::time_point saved_at_;
  bool due_ = false;
  std::string failure_;  // why the last one could not be written; empty: it was

  bool higher_is_better_ = false, best_due_ = false;
  std::optional<double> best_, best_before_;
  std::shared_ptr<const FileDescriptor> lock_;  // of the folder during a fit
};

}  // namespace weir
