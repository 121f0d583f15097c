#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include <weir/core/config.hpp>
#include <weir/core/shape.hpp>
#include <weir/layers/reduction.hpp>

// Common parts of losses: options, config entries, messages.

namespace weir {

// Writes the entry "reduction"; nothing for the mean.
void write_reduction(Config& config, Reduction reduction);
Reduction read_reduction(const Config& config);  // ConfigError for an unknown one

// config.numbers(name); empty when there is no such entry.
std::vector<double> read_numbers(const Config& config, std::string_view name);

// Throws ConfigError that names the sample and position of this element of the targets.
[[noreturn]] void refuse_target(const std::string& loss, const Shape& output, std::int64_t element, double value,
                                std::string_view expected);

}  // namespace weir
