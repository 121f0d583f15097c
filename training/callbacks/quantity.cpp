#include <algorithm>
#include <limits>
#include <optional>
#include <weir/core/error.hpp>
#include <weir/training/quantity.hpp>

namespace weir {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

const NamedValue* find_metric(const EpochReport& report, std::string_view name) {
  const auto found = std::ranges::find(report.metrics, name, &NamedValue::name);
  return found == report.metrics.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> epoch_quantities(const BeginReport& report) {
  std::vector<std::string> names{"loss"};
  if (report.accuracy) names.emplace_back("accuracy");
  if (report.validation) names.emplace_back("val_loss");
  if (report.validation && report.accuracy) names.emplace_back("val_accuracy");
  for (const std::string& metric : report.metrics) names.push_back("val_" + metric);
  names.emplace_back("learning_rate");
  return names;
}

std::vector<std::string> step_quantities(const BeginReport& report) {
  if (report.accuracy) return {"loss", "accuracy", "learning_rate"};
  return {"loss", "learning_rate"};
}

double quantity(const EpochReport& report, std::string_view name) {
  if (name == "loss") return report.loss;
  if (name == "accuracy") return report.accuracy.value_or(no_value);
  if (name == "val_loss") return report.validation_loss.value_or(no_value);
  if (name == "val_accuracy") return report.validation_accuracy.value_or(no_value);
  if (name == "learning_rate") return report.learning_rate;
  const NamedValue* metric = name.starts_with("val_") ? find_metric(report, name.substr(4)) : nullptr;
  if (metric == nullptr) metric = find_metric(report, name);
  return metric == nullptr ? no_value : metric->value;
}

double quantity(const StepReport& report, std::string_view name) {
  if (name == "loss") return report.loss;
  if (name == "accuracy") return report.accuracy.value_or(no_value);
  return name == "learning_rate" ? report.learning_rate : no_value;
}

bool higher_is_better(std::string_view who, std::string_view name, Mode mode) {
  if (mode != Mode::automatic) return mode == Mode::max;
  if (name == "accuracy" || name == "val_accuracy") return true;
  if (name == "loss" || name == "val_loss") return false;
  throw ConfigError(std::string(who) + ": whether a higher " + std::string(name) + " is better is not known. Set mode to min or max.");
}

void check_quantity(std::string_view who, std::string_view name, const BeginReport& report) {
  const std::vector<std::string> names = epoch_quantities(report);
  if (std::ranges::count(names, name) > 0 || std::ranges::count(report.metrics, name) > 0) return;
  std::string known;
  for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
  throw ConfigError(std::string(who) + ": monitor is '" + std::string(name) + "', this run has " + known + "." +
                    (report.validation ? " Name one of these." : " Name one of these, or set FitOptions::validation for those of val_."));
}

}  // namespace weir
