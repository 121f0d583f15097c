#pragma once

#include <optional>
#include <string>
#include <weir/core/config.hpp>
#include <weir/core/initializer.hpp>

namespace weir {

// Writes an initializer as three config entries: its kind as <name>, its numbers as <name>_a and <name>_b.
void write_initializer(Config& config, const std::string& name, const Initializer& initializer);

// Reads what write_initializer wrote; nullopt without such an entry. ConfigError for an unknown kind.
std::optional<Initializer> read_initializer(const Config& config, const std::string& name);

}  // namespace weir
