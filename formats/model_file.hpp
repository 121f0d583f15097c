#pragma once

#include <filesystem>
#include <weir/formats/safetensors.hpp>

namespace weir {

// weir's own entries in the metadata of a file; keys with this prefix are not for users.
inline constexpr const char* own_prefix = "weir.";
inline constexpr const char* version_key = "weir.version";
inline constexpr const char* graph_key = "weir.graph";
inline constexpr const char* file_version = "1";

// Opens a safetensors file, weir's or another's. FormatError when a newer weir wrote it.
SafetensorsFile open_model_file(const std::filesystem::path& path);

}  // namespace weir
