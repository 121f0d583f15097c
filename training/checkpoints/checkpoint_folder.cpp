#include "training/checkpoints/checkpoint_folder.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <weir/core/error.hpp>

namespace weir {

namespace {

constexpr std::string_view prefix = "step-", suffix = ".safetensors";

std::optional<std::uint64_t> step_of(const std::string& name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  std::uint64_t step = 0;
  std::from_chars(name.data() + prefix.size(), name.data() + name.size(), step);
  return checkpoint_path("", step) == name ? std::optional(step) : std::nullopt;
}

// Calls f(path, name) for each regular file of the folder. FileError when it exists and cannot be read.
template <class F>
void for_each_file(const std::filesystem::path& folder, F&& f) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) f(entry->path(), entry->path().filename().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw FileError(folder.string() + ": cannot be read: " + error.message() + ". Name a folder of checkpoints.");
  }
}

}  // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::uint64_t step) {
  constexpr std::size_t width = 9;  // so that listings are in order
  const std::string number = std::to_string(step);
  return folder /
         (std::string(prefix) + std::string(number.size() < width ? width - number.size() : 0, '0') + number + std::string(suffix));
}

std::vector<CheckpointFile> checkpoints_in(const std::filesystem::path& folder) {
  std::vector<CheckpointFile> found;
  for_each_file(folder, [&](const std::filesystem::path& path, const std::string& name) {
    if (const auto step = step_of(name)) found.push_back({*step, path});
  });
  std::ranges::sort(found, std::greater(), &CheckpointFile::step);
  return found;
}

void remove_unfinished(const std::filesystem::path& folder) {
  for_each_file(folder, [](const std::filesystem::path& path, const std::string& name) {
    std::error_code ignored;
    if (name.starts_with(".weir-") && name.ends_with(".tmp")) std::filesystem::remove(path, ignored);
  });
}

}  // namespace weir
