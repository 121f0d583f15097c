#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace weir {

// A file to read: a path, or the bytes of a file in memory, which are not copied and must outlive the reader. Pass either directly:
// load_model("a.safetensors"), load_model(bytes). Messages name the path or "(memory)".
using FileSource = std::variant<std::filesystem::path, std::span<const std::byte>>;

// A file to write: a path, or a vector whose content is replaced by the bytes of the file: save(model, bytes).
using FileTarget = std::variant<std::filesystem::path, std::reference_wrapper<std::vector<std::byte>>>;

// Replaces the content of a file by a text, completely or not at all. Links are followed. Throws FileError.
void write_file(const FileTarget& target, std::string_view text);

// Throws the FileError with which saving there would fail now: no folder, a folder, no permission. Makes and removes a temporary file; an
// existing file is unchanged. To be called before a long training.
void check_writable(const FileTarget& target);

}  // namespace weir
