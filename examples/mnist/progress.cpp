#include "progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::string percent(const std::optional<double>& fraction) {
  if (!fraction) return "-";
  char text[16];
  std::snprintf(text, sizeof text, "%.2f %%", 100 * *fraction);
  return text;
}

}  // namespace

Progress::Progress(bool quiet) : quiet_(quiet), bar_(!quiet && isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && !is_set("CI")) {}

void Progress::step(const weir::StepReport& report) {
  const auto now = Clock::now();
  if (!bar_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  constexpr int width = 20;
  const double done = static_cast<double>(report.step) / static_cast<double>(report.steps);
  const double speed = static_cast<double>(report.samples) / report.seconds;
  const double steps_left = static_cast<double>((report.epochs - report.epoch) * report.steps + report.steps - report.step);
  const double left = steps_left * report.seconds / static_cast<double>(report.step);
  std::string bar(static_cast<std::size_t>(done * width), '=');
  bar.resize(width, ' ');
  std::printf("\r\033[Kepoch %lld/%lld [%s] loss %.4f  accuracy %s  %.0f samples/s  %.0f s left", static_cast<long long>(report.epoch),
              static_cast<long long>(report.epochs), bar.c_str(), report.epoch_loss, percent(report.accuracy).c_str(), speed, left);
  std::fflush(stdout);
}

void Progress::epoch(const weir::EpochReport& report) {
  if (quiet_) return;
  std::printf("%sepoch %lld/%lld  loss %.4f  accuracy %s  test loss %.4f  test accuracy %s  %.2f s\n", bar_ ? "\r\033[K" : "",
              static_cast<long long>(report.epoch), static_cast<long long>(report.epochs), report.loss, percent(report.accuracy).c_str(),
              report.validation_loss.value_or(0), percent(report.validation_accuracy).c_str(), report.seconds);
  std::fflush(stdout);
}
