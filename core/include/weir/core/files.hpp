#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <variant>
#include <vector>

namespace weir {

// What a reader reads: a file by its path, or in memory the bytes that the file would hold, which are not copied and must outlive the
// reader. Either is passed as it is: load_model("a.safetensors"), load_model(bytes). Messages call it by its path or "(memory)".
using FileSource = std::variant<std::filesystem::path, std::span<const std::byte>>;

// Where a writer writes: a file, or a vector that afterwards holds the bytes of that file and nothing else: save(model, bytes).
using FileTarget = std::variant<std::filesystem::path, std::reference_wrapper<std::vector<std::byte>>>;

}  // namespace weir
