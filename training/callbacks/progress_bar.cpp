#include <ostream>
#include <utility>
#include <weir/training/progress_bar.hpp>

#include "core/options.hpp"
#include "core/text.hpp"

namespace weir {

namespace {

void add(std::string& line, std::string_view text, double number, int decimals, std::string_view unit = "") {
  line += text;
  append_number(line, number, decimals);
  line += unit;
}

}  // namespace

ProgressBar::ProgressBar(std::ostream& out, ProgressBarOptions options) : out_(&out), options_(std::move(options)) {
  check_option("progress_bar", "every", options_.every, OptionRange::positive);
}

Control ProgressBar::on_begin(Model&, const BeginReport& report) {
  line_.reserve(512);
  if (!report.resumed_from.empty()) *out_ << "going on from " << report.resumed_from << std::endl;
  return Control::go_on;
}

void ProgressBar::begin_line(std::int64_t epoch, std::int64_t epochs) {
  line_ = options_.bar ? "\r\033[K" : "";
  line_ += "epoch ";
  append_number(line_, epoch);
  line_ += '/';
  append_number(line_, epochs);
}

void ProgressBar::show() {
  out_->write(line_.data(), static_cast<std::streamsize>(line_.size()));
  out_->flush();
}

Control ProgressBar::on_step(Model&, const StepReport& report) {
  const auto now = Clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return Control::go_on;
  last_ = now;
  constexpr int width = 20;
  const int done = static_cast<int>(width * report.step / report.steps);
  const std::int64_t steps_left = (report.epochs - report.epoch + 1) * report.steps - report.step;
  begin_line(report.epoch, report.epochs);
  line_ += " [";
  line_.append(static_cast<std::size_t>(done), '=').append(static_cast<std::size_t>(width - done), ' ');
  add(line_, "] loss ", report.epoch_loss, 4);
  if (report.accuracy) add(line_, "  accuracy ", 100 * *report.accuracy, 2, " %");
  add(line_, "  ", static_cast<double>(report.samples) / report.seconds, 0, " samples/s");
  add(line_, "  ", static_cast<double>(steps_left) * report.seconds / static_cast<double>(report.step), 0, " s left");
  show();
  drawn_ = true;
  return Control::go_on;
}

Control ProgressBar::on_epoch(Model&, const EpochReport& report) {
  begin_line(report.epoch, report.epochs);
  add(line_, "  loss ", report.loss, 4);
  if (report.accuracy) add(line_, "  accuracy ", 100 * *report.accuracy, 2, " %");
  const auto validation = [this]() -> std::string& { return line_.append("  ").append(options_.validation); };
  if (report.validation_loss) add(validation(), " loss ", *report.validation_loss, 4);
  if (report.validation_accuracy) add(validation(), " accuracy ", 100 * *report.validation_accuracy, 2, " %");
  for (const NamedValue& metric : report.metrics) add(line_.append("  ").append(metric.name), " ", metric.value, 4);
  add(line_, "  ", report.seconds, 2, " s\n");
  show();
  drawn_ = false;
  return Control::go_on;
}

void ProgressBar::on_end(Model&, const History&) {
  if (!drawn_) return;
  line_ = "\n";
  show();
}

}  // namespace weir
