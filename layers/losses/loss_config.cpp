#include "layers/losses/loss_config.hpp"

#include <iterator>
#include <weir/core/error.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

constexpr const char* reductions[] = {"mean", "sum", "batch_mean"};  // in the order of the enumerators

}  // namespace

void write_reduction(Config& config, Reduction reduction) {
  if (reduction != Reduction::mean) config.set("reduction", std::string(reductions[static_cast<std::size_t>(reduction)]));
}

Reduction read_reduction(const Config& config) {
  if (!config.contains("reduction")) return Reduction::mean;
  const std::string& word = config.word("reduction");
  for (std::size_t i = 0; i < std::size(reductions); ++i) {
    if (word == reductions[i]) return static_cast<Reduction>(i);
  }
  throw ConfigError("config: 'reduction' is '" + word + "', expected one of: mean, sum, batch_mean.");
}

std::vector<double> read_numbers(const Config& config, std::string_view name) {
  return config.contains(name) ? config.numbers(name) : std::vector<double>();
}

void refuse_target(const std::string& loss, const Shape& output, std::int64_t element, double value, std::string_view expected) {
  const std::int64_t width = output.elements(), place = element % width;
  const std::string where = "sample " + std::to_string(element / width) + (width == 1 ? "" : ", element " + std::to_string(place));
  throw ConfigError(loss + ": " + where + " has the target " + number_text(value) + ", expected " + std::string(expected) +
                    ". Correct the targets.");
}

}  // namespace weir
