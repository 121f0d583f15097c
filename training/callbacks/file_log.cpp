#include <algorithm>
#include <optional>
#include <utility>
#include <weir/core/error.hpp>
#include <weir/training/file_log.hpp>
#include <weir/training/quantity.hpp>

#include "core/options.hpp"
#include "training/callbacks/log_file.hpp"

namespace weir {

FileLog::FileLog(std::string name, std::filesystem::path path, LogOptions options)
    : name_(std::move(name)), path_(std::move(path)), options_(std::move(options)) {
  if (path_.empty()) throw ConfigError(name_ + ": the path is empty. Name a file.");
  check_option(name_, "every", options_.every, OptionRange::not_negative);
}

Control FileLog::on_begin(Model& model, const BeginReport& report) {
  epoch_columns_ = epoch_quantities(report);
  step_columns_ = step_quantities(report);
  values_.resize(std::max(epoch_columns_.size(), step_columns_.size()));
  const auto step = static_cast<std::int64_t>(model.training_state().step);
  Beginning begin = beginning(step);
  std::optional<LogFile::Place> place;
  if (resumed_) place = {bytes_, crc_};
  file_ = std::make_shared<LogFile>(file(), std::move(begin.text), begin.expected, options_, place);
  return Control::go_on;
}

template <class Report>
void FileLog::write(const Report& report, std::span<const std::string> columns, bool of_step) {
  for (std::size_t i = 0; i < columns.size(); ++i) values_[i] = quantity(report, columns[i]);
  append_row(file_->text(), {.epoch = report.epoch,
                             .step = static_cast<std::int64_t>(report.total_steps),
                             .columns = columns,
                             .values = std::span(values_).first(columns.size()),
                             .seconds = report.seconds,
                             .of_step = of_step});
  file_->write();
}

Control FileLog::on_step(Model&, const StepReport& report) {
  write(report, step_columns_, true);
  return Control::go_on;
}

Control FileLog::on_epoch(Model&, const EpochReport& report) {
  if (logs_epochs()) write(report, epoch_columns_, false);
  return Control::go_on;
}

void FileLog::on_end(Model&, const History&) { file_->finish(); }

void FileLog::save_state(CallbackState& state) const {
  const LogFile::Place place = file_->place();
  state.config.set("bytes", static_cast<std::int64_t>(place.bytes)).set("crc", static_cast<std::int64_t>(place.crc));
}

void FileLog::load_state(const CallbackState& state) {
  resumed_ = true;
  bytes_ = static_cast<std::uint64_t>(state.config.integer("bytes"));
  crc_ = static_cast<std::uint32_t>(state.config.integer("crc"));
}

}  // namespace weir
