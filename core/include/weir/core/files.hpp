#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <variant>
#include <vector>

namespace weir {

// A file to read: a path, or the bytes of a file in memory, which are not copied and must outlive the reader. Pass either directly:
// load_model("a.safetensors"), load_model(bytes). Messages name the path or "(memory)".
using FileSource = std::variant<std::filesystem::path, std::span<const std::byte>>;

// A file to write: a path, or a vector whose content is replaced by the bytes of the file: save(model, bytes).
using FileTarget = std::variant<std::filesystem::path, std::reference_wrapper<std::vector<std::byte>>>;

}  // namespace weir
