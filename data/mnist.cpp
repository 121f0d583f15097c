#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/data/mnist.hpp>

#include "core/text.hpp"
#include "data/idx_reader.hpp"

namespace weir {

namespace {

// The names of MNIST's files, as published.
struct MnistPart {
  std::string_view images;
  std::string_view labels;
};
constexpr MnistPart mnist_train{"train-images-idx3-ubyte", "train-labels-idx1-ubyte"};
constexpr MnistPart mnist_test{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

// Finds a file under one of the names in use for it, raw before gzipped.
std::optional<std::filesystem::path> find_mnist_file(const std::filesystem::path& folder, std::string_view name) {
  std::string dotted(name);  // train-images.idx3-ubyte
  dotted[name.find("-idx")] = '.';
  for (const std::string& file : {std::string(name), dotted, std::string(name) + ".gz", dotted + ".gz"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / file, ignored)) return folder / file;
  }
  return std::nullopt;
}

constexpr int classes = 10;

// How the data sets in this format differ.
struct Kind {
  std::int64_t side;   // of an image, in pixels
  int white;           // the largest grey value
  std::string advice;  // for messages about a missing folder or file
  std::vector<std::string> class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
};

std::filesystem::path file_in(const std::filesystem::path& folder, std::string_view name, const Kind& kind) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    const bool exists = std::filesystem::exists(folder, ignored);
    throw FileError(folder.string() + (exists ? ": is no folder. " : ": there is no such folder. ") + kind.advice);
  }
  if (const auto path = find_mnist_file(folder, name)) return *path;
  throw FileError(folder.string() + ": holds no " + std::string(name) + ", raw or .gz. " + kind.advice);
}

Tensor read_images(const std::filesystem::path& path, const Kind& kind) {
  Tensor images = read_idx(path, [&](const Shape& found) {
    if (found.rank() == 3 && found[1] == kind.side && found[2] == kind.side) return Shape{found[0], kind.side * kind.side};
    const std::string expected = ", expected images " + to_string(Shape{kind.side, kind.side}).insert(1, "samples, ") + ". ";
    if (found.rank() == 1) throw FormatError(path.string() + ": holds labels " + to_string(found) + expected + "Were they swapped?");
    throw FormatError(path.string() + ": holds " + to_string(found) + expected + "Give another file.");
  });
  if (kind.white == 255) return images;
  const std::span<const std::uint8_t> pixels = images.values<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (pixels[i] <= kind.white) continue;
    const auto features = static_cast<std::size_t>(kind.side * kind.side);
    throw FormatError(path.string() + ": sample " + std::to_string(i / features) + ", pixel " + std::to_string(i % features) + " is " +
                      std::to_string(pixels[i]) + ", expected 0 to " + std::to_string(kind.white) + ". Give another file.");
  }
  return images;
}

Tensor read_labels(const std::filesystem::path& path) {
  const Tensor raw = read_idx(path, [&](const Shape& found) {
    if (found.rank() == 1) return found;
    const std::string what = found.rank() == 3 ? "images " : "";
    throw FormatError(path.string() + ": holds " + what + to_string(found) + ", expected labels [samples]. " +
                      (what.empty() ? "Give another file." : "Were they swapped?"));
  });
  Tensor labels(raw.shape(), DType::i32);
  const std::span<const std::uint8_t> from = raw.values<std::uint8_t>();
  const std::span<std::int32_t> to = labels.values<std::int32_t>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] >= classes) {
      throw FormatError(path.string() + ": sample " + std::to_string(i) + " has the label " + std::to_string(from[i]) +
                        ", expected 0 to 9. Give another file.");
    }
    to[i] = from[i];
  }
  return labels;
}

Dataset load_part(const std::filesystem::path& folder, const MnistPart& part, const Kind& kind) {
  const std::filesystem::path images_path = file_in(folder, part.images, kind);
  const std::filesystem::path labels_path = file_in(folder, part.labels, kind);
  Tensor labels = read_labels(labels_path);
  Tensor images = read_images(images_path, kind);
  if (labels.elements() != images.shape()[0]) {
    throw FormatError(labels_path.string() + ": holds " + with_commas(labels.elements()) + " labels, " + images_path.filename().string() +
                      " beside it " + with_commas(images.shape()[0]) + " images. Use files that belong together.");
  }
  return Dataset(Field(std::move(images), {.divisor = kind.white, .image = {kind.side, kind.side, 1}}),
                 Field(std::move(labels), {.classes = kind.class_names}));
}

TrainTest load(const std::filesystem::path& folder, const Kind& kind) {
  return {load_part(folder, mnist_train, kind), load_part(folder, mnist_test, kind)};
}

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

// The error message for when find_mnist() finds nothing, with the command to type.
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

}  // namespace

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

TrainTest load_mnist() {
  if (const auto folder = find_mnist()) return load_mnist(*folder);
  throw FileError(mnist_not_found());
}

TrainTest load_mnist(const std::filesystem::path& folder) { return load(folder, {28, 255, "Give the folder of MNIST's four files."}); }

TrainTest load_fashion_mnist(const std::filesystem::path& folder) {
  return load(folder, {28,
                       255,
                       "Install Debian's package dataset-fashion-mnist.",
                       {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}});
}

TrainTest load_digits(const std::filesystem::path& folder) {
  return load(folder, {8, 16, "Give the folder data/digits of weir's source tree."});
}

}  // namespace weir
