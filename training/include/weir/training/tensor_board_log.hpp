#pragma once

#include <filesystem>
#include <string>
#include <weir/training/file_log.hpp>

namespace weir {

// Writes what a run measures as scalars for TensorBoard (tensorboard --logdir FOLDER): after each epoch the run's quantities by their names
// (quantity.hpp), and after every LogOptions::every steps "step/loss", "step/accuracy" and "step/learning_rate"; over the Model's step
// count. Each fit adds a file to the folder, which is made if need be: events.out.tfevents.<time>.<host>.<process>.<number>. That of a
// resumed run tells TensorBoard to forget what is newer than the resumed state. Give each run a folder of its own; LogOptions::append has
// no effect.
class TensorBoardLog final : public FileLog {
 public:
  explicit TensorBoardLog(std::filesystem::path folder, LogOptions options = {});

 private:
  std::filesystem::path file() const override;
  Beginning beginning(std::int64_t step) const override;
  bool logs_epochs() const override { return true; }
  void append_row(std::string& text, const Row& row) const override;
};

}  // namespace weir
