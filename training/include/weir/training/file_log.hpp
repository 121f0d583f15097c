#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <weir/training/callback.hpp>
#include <weir/training/log_options.hpp>

namespace weir {

class LogFile;

// Base class of CsvLog, JsonLinesLog and TensorBoardLog. Each row is written when it is there, so that a program that is killed loses none.
// ConfigError for an empty path or a negative `every`; FileError before the first step when the file cannot be opened or written.
class FileLog : public Callback {
 public:
  std::string name() const override { return name_; }
  std::int64_t every() const override { return options_.every; }
  Control on_begin(Model& model, const BeginReport& report) override;
  Control on_step(Model& model, const StepReport& report) override;
  Control on_epoch(Model& model, const EpochReport& report) override;
  void on_end(Model& model, const History& history) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 protected:
  struct Row {
    std::int64_t epoch = 0;
    std::int64_t step = 0;  // of the Model so far, in earlier fits too
    std::span<const std::string> columns;
    std::span<const double> values;
    double seconds = 0;  // of training in this epoch
    bool of_step = false;
  };
  struct Beginning {
    std::string text;      // what a new file begins with
    std::string expected;  // what an old file begins with, if this run is to go on with it
  };

  FileLog(std::string name, std::filesystem::path path, LogOptions options);

  virtual std::filesystem::path file() const { return path_; }  // called once, by on_begin
  virtual Beginning beginning(std::int64_t step) const = 0;     // the same; `step` is that of the Model
  virtual bool logs_epochs() const { return options_.every == 0; }
  virtual void append_row(std::string& text, const Row& row) const = 0;

  const std::filesystem::path& path() const { return path_; }
  std::span<const std::string> columns() const { return options_.every == 0 ? epoch_columns_ : step_columns_; }
  bool resumed() const { return resumed_; }

 private:
  template <class Report>
  void write(const Report& report, std::span<const std::string> columns, bool of_step);

  std::string name_;
  std::filesystem::path path_;
  LogOptions options_;
  std::vector<std::string> epoch_columns_, step_columns_;
  std::vector<double> values_;
  bool resumed_ = false;
  std::uint64_t bytes_ = 0;        // of the resumed run's file
  std::uint32_t crc_ = 0;          // CRC-32 of these bytes
  std::shared_ptr<LogFile> file_;  // open during a fit
};

}  // namespace weir
