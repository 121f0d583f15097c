#include "core/check_info.hpp"

#include <algorithm>

#include <weir/core/error.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

// parse_json reads at most 200,000 values: this leaves room for the rest of a file's header.
void check_names(const std::string& who, const DataInfo& info) {
  constexpr std::size_t most = 150'000;
  std::size_t names = 0;
  for (const auto* fields : {&info.inputs, &info.targets}) {
    for (const FieldInfo& field : *fields) names += field.columns.size() + field.classes.size();
  }
  if (names <= most) return;
  throw ConfigError(who + ": holds " + with_commas(names) + " names of columns and classes, expected at most " + with_commas(most) +
                    ". Leave FieldInfo::columns out.");
}

// A target has either as many numbers as the output, or one class label for each row of the output's last axis.
void check_target(const std::string& who, const FieldInfo& info, const Shape& output) {
  const std::int64_t classes = output.rank() == 0 ? 1 : output.last();
  const std::int64_t labels = classes == 0 ? 0 : output.elements() / classes;
  const std::int64_t named = info.image.rank() > 0 ? info.image.elements() : static_cast<std::int64_t>(info.columns.size());
  check_info(who, info, named == labels ? labels : output.elements());
  const auto expected = static_cast<std::size_t>(std::max<std::int64_t>(classes, 2));  // a single output tells two classes apart
  if (info.classes.empty() || info.classes.size() == expected) return;
  throw ConfigError(who + ": has " + with_commas(info.classes.size()) + " class names, the graph's output " + to_string(output) + " has " +
                    with_commas(expected) + " classes. Give one name for each, or none.");
}

}  // namespace

void check_info(const std::string& who, const FieldInfo& info, std::int64_t features) {
  constexpr double low = 1e-30, high = 1e30;  // keeps value / divisor a normal number, in f32 too
  if (info.divisor && !(*info.divisor >= low && *info.divisor <= high)) {
    throw ConfigError(who + ": its divisor is " + number_text(*info.divisor) +
                      ", expected a number from 1e-30 to 1e30. Set FieldInfo::divisor.");
  }
  if (info.image.rank() != 0 && (info.image.rank() != 3 || info.image.elements() != features)) {
    throw ConfigError(who + ": its image is " + to_string(info.image) + ", expected [height, width, channels] of " + with_commas(features) +
                      " numbers, as a sample has. Set FieldInfo::image.");
  }
  if (!info.columns.empty() && static_cast<std::int64_t>(info.columns.size()) != features) {
    throw ConfigError(who + ": has " + with_commas(info.columns.size()) + " column names, a sample has " + with_commas(features) +
                      " numbers. Give one name for each, or none.");
  }
}

void check_info(const std::string& who, const DataInfo& info, const Graph& graph) {
  if (info.inputs.size() != graph.inputs().size() || info.targets.size() != graph.outputs().size()) {
    throw ConfigError(who + ": is of " + with_commas(info.inputs.size()) + " inputs and " + with_commas(info.targets.size()) +
                      " targets, the graph has " + with_commas(graph.inputs().size()) + " inputs and " +
                      with_commas(graph.outputs().size()) + " outputs. Give one FieldInfo for each.");
  }
  check_names(who, info);
  const auto shape = [&](std::size_t node) -> const Shape& { return graph.entries()[node].plan.output; };
  for (std::size_t i = 0; i < info.inputs.size(); ++i) {
    check_info(who + ", input " + std::to_string(i), info.inputs[i], shape(graph.inputs()[i]).elements());
  }
  for (std::size_t i = 0; i < info.targets.size(); ++i) {
    check_target(who + ", target " + std::to_string(i), info.targets[i], shape(graph.outputs()[i]));
  }
}

}  // namespace weir
