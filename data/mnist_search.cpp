#include <cstdlib>
#include <system_error>
#include <vector>

#include <weir/data/mnist.hpp>

#include "data/mnist_files.hpp"

namespace weir {

namespace {

std::filesystem::path environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::filesystem::path> search_path(const std::filesystem::path& also) {
  std::vector<std::filesystem::path> folders;
  if (const auto data = environment("WEIR_DATA_DIR"); !data.empty()) folders.push_back(data / "mnist");
  if (!also.empty()) folders.push_back(also);
  if (const auto cache = mnist_cache(); !cache.empty()) folders.push_back(cache);
  return folders;
}

// The first of the four files that is missing in the folder; empty: none is.
std::string_view missing_file(const std::filesystem::path& folder) {
  for (const MnistPart& part : {mnist_train, mnist_test}) {
    for (const std::string_view name : {part.images, part.labels}) {
      if (!find_mnist_file(folder, name)) return name;
    }
  }
  return {};
}

std::string quoted(const std::string& argument) {
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// Quoted for a shell.
std::string for_shell(const std::string& argument) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '/' || c == '.' || c == '_' || c == '-';
  };
  for (const char c : argument) {
    if (!plain(c)) return quoted(argument);
  }
  return argument;
}

}  // namespace

std::optional<std::filesystem::path> find_mnist_file(const std::filesystem::path& folder, std::string_view name) {
  std::string dotted(name);  // train-images.idx3-ubyte
  dotted[name.find("-idx")] = '.';
  for (const std::string& file : {std::string(name), dotted, std::string(name) + ".gz", dotted + ".gz"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / file, ignored)) return folder / file;
  }
  return std::nullopt;
}

std::optional<std::filesystem::path> find_mnist(const std::filesystem::path& also) {
  for (const auto& folder : search_path(also)) {
    if (missing_file(folder).empty()) return folder;
  }
  return std::nullopt;
}

std::filesystem::path mnist_cache() {
  // The XDG base directory specification says to ignore relative paths.
  if (const auto cache = environment("XDG_CACHE_HOME"); cache.is_absolute()) return cache / "weir" / "mnist";
  if (const auto home = environment("HOME"); !home.empty()) return home / ".cache" / "weir" / "mnist";
  return {};
}

std::string mnist_not_found() {
  std::string looked;
  for (const auto& folder : search_path({})) {
    std::error_code ignored;
    const bool exists = std::filesystem::is_directory(folder, ignored);
    looked += (looked.empty() ? "" : ", ") + folder.string() +
              (exists ? " (lacks " + std::string(missing_file(folder)) + ")" : std::string(" (no such folder)"));
  }
  if (looked.empty()) return "load_mnist: MNIST was not found: none of WEIR_DATA_DIR, XDG_CACHE_HOME and HOME is set. Set one of them.";
  const auto cache = mnist_cache();
  const auto folder = cache.empty() ? environment("WEIR_DATA_DIR") / "mnist" : cache;
  return "load_mnist: MNIST was not found: looked in " + looked +
         ". To fetch it type this in weir's source folder: cmake -DTO=" + for_shell(folder.string()) + " -P data/fetch_mnist.cmake";
}

}  // namespace weir
