#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// The names of MNIST's files, as published.
struct MnistPart {
  std::string_view images;
  std::string_view labels;
};
constexpr MnistPart mnist_train{"train-images-idx3-ubyte", "train-labels-idx1-ubyte"};
constexpr MnistPart mnist_test{"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

// Finds a file under one of the names in use for it, raw before gzipped.
std::optional<std::filesystem::path> find_mnist_file(const std::filesystem::path& folder, std::string_view name);

// The error message for when find_mnist() finds nothing, with the command to type.
std::string mnist_not_found();

}  // namespace weir
