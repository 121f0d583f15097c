#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <weir/data/dataset.hpp>

namespace weir {

// MNIST (LeCun, Cortes, Burges) and two data sets in its format: four IDX files, raw or .gz, called train-images-idx3-ubyte,
// train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or the same with ".idx" for "-idx". One input, u8
// images [features], and one target, i32 labels [] from 0 to 9, with divisor, image extents and the names of the classes. These functions
// look and read; nothing here downloads.
//
// They throw FileError for a folder or file that is not there or cannot be read, FormatError for a file that is not what it should
// be (see read_idx), for images of another size, a label out of range, or images and labels that do not belong together.

// From the folder that find_mnist() finds. FileError names where it looked and the command that fetches MNIST.
TrainTest load_mnist();

// 28 x 28 images as features [784], pixels / 255, from any folder with such files: see identify().
TrainTest load_mnist(const std::filesystem::path& folder);

// The same for Fashion-MNIST (Xiao, Rasul, Vollgraf 2017); the default is where Debian's package dataset-fashion-mnist puts it.
TrainTest load_fashion_mnist(const std::filesystem::path& folder = "/usr/share/datasets/fashion-mnist");

// The UCI digits (Alpaydin and Kaynak 1998) that weir's source tree has in data/digits: 8 x 8 images as features [64], pixels / 16.
TrainTest load_digits(const std::filesystem::path& folder);

// The first folder with all four files: $WEIR_DATA_DIR/mnist, then `also` if it is given, then mnist_cache().
std::optional<std::filesystem::path> find_mnist(const std::filesystem::path& also = {});

// Where a download belongs: $XDG_CACHE_HOME/weir/mnist or ~/.cache/weir/mnist. Empty when the environment names neither.
std::filesystem::path mnist_cache();

// What the data really is, by the check sums of the published files: "mnist", "fashion", or "" for anything else.
std::string identify(const TrainTest& data);

}  // namespace weir
