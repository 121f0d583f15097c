#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <weir/training/callback.hpp>

namespace weir {

struct ProgressBarOptions {
  bool bar = false;        // redraw a line within an epoch, with a carriage return: for a terminal. false: a line per epoch only
  std::int64_t every = 1;  // redraw at most once in so many steps, and in 0.1 s. Small numbers slow a CUDA device. 1 or more
  std::string validation = "validation";  // name of the validation data: "test" writes "test loss 0.0853"
};

// Shows the progress of a training on a stream, which must outlive fit:
//   epoch 2/5 [=======             ] loss 0.1643  accuracy 95.12 %  290000 samples/s  1 s left
//   epoch 2/5  loss 0.1531  accuracy 95.47 %  validation loss 0.1304  validation accuracy 96.08 %  0.20 s
// The loss is that of the epoch so far; the time is that of the training steps. Metrics of your own follow by name. ConfigError for an
// `every` below 1.
class ProgressBar final : public Callback {
 public:
  explicit ProgressBar(std::ostream& out, ProgressBarOptions options = {});

  std::string name() const override { return "progress_bar"; }
  std::int64_t every() const override { return options_.bar ? options_.every : 0; }
  Control on_begin(Model& model, const BeginReport& report) override;
  Control on_step(Model& model, const StepReport& report) override;
  Control on_epoch(Model& model, const EpochReport& report) override;
  void on_end(Model& model, const History& history) override;

 private:
  using Clock = std::chrono::steady_clock;
  void begin_line(std::int64_t epoch, std::int64_t epochs);
  void show();

  std::ostream* out_;
  ProgressBarOptions options_;
  std::string line_;
  bool drawn_ = false;  // the stream's last line is a bar
  Clock::time_point last_{};
};

}  // namespace weir
