#pragma once

#include <optional>
#include <string>
#include <weir/core/config.hpp>
#include <weir/core/initializer.hpp>

namespace weir {

// An initializer as three entries of a config: <name> its kind, <name>_a and <name>_b its numbers.
void write_initializer(Config& config, const std::string& name, const Initializer& initializer);

// What write_initializer wrote; nothing when there is no such entry. Throws ConfigError for a kind that is unknown.
std::optional<Initializer> read_initializer(const Config& config, const std::string& name);

}  // namespace weir
