#pragma once

#include <map>
#include <string>
#include <weir/core/model.hpp>

namespace weir {

// Model::data_info in a file's metadata, under weir.data:
// {"inputs": [{"divisor": 255.0, "image": [28, 28, 1]}], "targets": [{"classes": ["cat", "dog"]}]}
// A FieldInfo has "divisor", "image", "columns" and "classes", of which it leaves out what is not known.

// Adds it, unless nothing is known. ConfigError, without the name of a file, for a name that is not UTF-8.
void write_data_info(const Model& model, std::map<std::string, std::string>& metadata);

// Sets it; files of an earlier weir have none. FormatError, which begins with `file`, for a text of another structure, and for one that
// does not fit the Model's graph.
void read_data_info(const std::string& file, const std::map<std::string, std::string>& metadata, Model& model);

}  // namespace weir
