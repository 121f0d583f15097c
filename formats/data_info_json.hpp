#pragma once

#include <map>
#include <string>
#include <weir/core/model.hpp>

namespace weir {

// Model::data_info as JSON in a file's metadata, under the key weir.data:
// {"inputs": [{"divisor": 255.0, "image": [28, 28, 1]}], "targets": [{"classes": ["cat", "dog"]}]}
// Members of FieldInfo that are unset are left out.

// Adds the entry, unless nothing is known. ConfigError, which does not name a file, for a name that is not UTF-8.
void write_data_info(const Model& model, std::map<std::string, std::string>& metadata);

// Sets data_info from the entry, if there is one. FormatError, which begins with `file`, for an invalid text or one that does not fit the
// Model's graph.
void read_data_info(const std::string& file, const std::map<std::string, std::string>& metadata, Model& model);

}  // namespace weir
