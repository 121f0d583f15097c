#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <weir/data/dataset.hpp>

namespace weir {

// MNIST (LeCun, Cortes, Burges) and two data sets in its format: four IDX files, raw or .gz, named train-images-idx3-ubyte,
// train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or with ".idx" instead of "-idx". One input, u8 images
// [features], and one target, i32 labels [] from 0 to 9, with divisor, image extents and class names. These functions only read local
// files; none downloads.
//
// They throw FileError for a folder or file that does not exist or cannot be read; FormatError for an invalid file (see read_idx), images
// of another size, a label out of range, or different numbers of images and labels.

// Loads from the folder that find_mnist() finds. FileError lists the folders searched and the command that downloads MNIST.
TrainTest load_mnist();

// Loads 28 x 28 images as features [784], pixels / 255, from any folder with such files; identify() tells which data set it is.
TrainTest load_mnist(const std::filesystem::path& folder);

// The same for Fashion-MNIST (Xiao, Rasul, Vollgraf 2017). The default folder is that of Debian's package dataset-fashion-mnist.
TrainTest load_fashion_mnist(const std::filesystem::path& folder = "/usr/share/datasets/fashion-mnist");

// The UCI digits (Alpaydin and Kaynak 1998), in data/digits of weir's source: 8 x 8 images as features [64], pixels / 16.
TrainTest load_digits(const std::filesystem::path& folder);

// The first of these folders with all four files: $WEIR_DATA_DIR/mnist, `also` if given, mnist_cache().
std::optional<std::filesystem::path> find_mnist(const std::filesystem::path& also = {});

// The folder for downloads: $XDG_CACHE_HOME/weir/mnist or ~/.cache/weir/mnist. Empty when neither variable is set.
std::filesystem::path mnist_cache();

// Identifies the data by the checksums of the published files: "mnist", "fashion", or "" for anything else.
std::string identify(const TrainTest& data);

}  // namespace weir
