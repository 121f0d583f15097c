#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <weir/core/error.hpp>
#include <weir/data/mnist.hpp>

#include "tests/data/idx_bytes.hpp"
#include "tests/support/temporary_folder.hpp"

// Loads from folders that the test writes: five training and two test images.

using weir::FileError;
using weir::FormatError;
using weir::load_digits;
using weir::load_fashion_mnist;
using weir::load_mnist;
using weir::Shape;
using weir::test::gzip;
using weir::test::idx_header;
using weir::test::some_bytes;
using weir::test::TemporaryFolder;
using weir::test::write_bytes;

namespace {

const std::string train_pixels = some_bytes(5 * 784);
const std::string train_labels("\0\x01\x02\x03\x09", 5);

std::string file(const TemporaryFolder& folder, const std::string& name) { return (folder / name).string(); }

void fill(const TemporaryFolder& folder) {
  write_bytes(folder / "train-images-idx3-ubyte", idx_header({5, 28, 28}) + train_pixels);
  write_bytes(folder / "train-labels-idx1-ubyte", idx_header({5}) + train_labels);
  write_bytes(folder / "t10k-images-idx3-ubyte", idx_header({2, 28, 28}) + std::string(2 * 784, '\xff'));
  write_bytes(folder / "t10k-labels-idx1-ubyte", idx_header({2}) + "\x08\x07");
}

void fill_digits(const TemporaryFolder& folder, char pixel) {
  write_bytes(folder / "train-images-idx3-ubyte", idx_header({3, 8, 8}) + std::string(191, '\0') + pixel);
  write_bytes(folder / "train-labels-idx1-ubyte", idx_header({3}) + "\x01\x02\x03");
  write_bytes(folder / "t10k-images-idx3-ubyte", idx_header({1, 8, 8}) + std::string(64, '\x10'));
  write_bytes(folder / "t10k-labels-idx1-ubyte", idx_header({1}) + "\x04");
}

void check_loaded(const weir::TrainTest& data) {
  CHECK(data.train.samples() == 5);
  CHECK(data.test.samples() == 2);
  CHECK(data.train.input_shape() == Shape{784});
  CHECK(data.train.target_shape() == Shape{});
  const weir::Field& images = data.train.inputs()[0];
  CHECK(images.info == weir::FieldInfo{.divisor = 255, .image = {28, 28, 1}});
  const auto pixels = images.values.values<std::uint8_t>();
  CHECK(std::string(pixels.begin(), pixels.end()) == train_pixels);
  const auto labels = data.train.targets()[0].values.values<std::int32_t>();
  CHECK(std::vector<std::int32_t>(labels.begin(), labels.end()) == std::vector<std::int32_t>{0, 1, 2, 3, 9});
  CHECK(data.test.targets()[0].values.values<std::int32_t>()[1] == 7);
  CHECK(weir::identify(data).empty());
}

}  // namespace

TEST_CASE("mnist: four raw files become features of 784 bytes and labels") {
  const TemporaryFolder folder;
  fill(folder);
  check_loaded(load_mnist(folder.path()));
}

TEST_CASE("mnist: both namings raw and gzipped in any mixture") {
  const TemporaryFolder folder;
  write_bytes(folder / "train-images.idx3-ubyte.gz", gzip(idx_header({5, 28, 28}) + train_pixels));
  write_bytes(folder / "train-labels.idx1-ubyte", idx_header({5}) + train_labels);
  write_bytes(folder / "t10k-images-idx3-ubyte.gz", gzip(idx_header({2, 28, 28}) + std::string(2 * 784, '\xff')));
  write_bytes(folder / "t10k-labels-idx1-ubyte", idx_header({2}) + "\x08\x07");
  check_loaded(load_mnist(folder.path()));
}

TEST_CASE("mnist: a raw file is taken before a gzipped one") {
  const TemporaryFolder folder;
  fill(folder);
  write_bytes(folder / "train-labels-idx1-ubyte.gz", "not even gzip");
  check_loaded(load_mnist(folder.path()));
}

TEST_CASE("mnist: a folder or a file that is missing is named") {
  const TemporaryFolder folder;
  const std::string nowhere = file(folder, "nowhere");
  CHECK_THROWS_WITH_AS(load_mnist(nowhere), (nowhere + ": there is no such folder. Give the folder of MNIST's four files.").c_str(),
                       FileError);
  CHECK_THROWS_WITH_AS(load_fashion_mnist(nowhere),
                       (nowhere + ": there is no such folder. Install Debian's package dataset-fashion-mnist.").c_str(), FileError);
  CHECK_THROWS_WITH_AS(load_digits(nowhere),
                       (nowhere + ": there is no such folder. Give the folder data/digits of weir's source tree.").c_str(), FileError);
  fill(folder);
  for (const std::string name :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    const auto content = weir::test::read_bytes(folder / name);
    std::filesystem::remove(folder / name);
    CHECK_THROWS_WITH_AS(load_mnist(folder.path()),
                         (folder.path().string() + ": holds no " + name + ", raw or .gz. Give the folder of MNIST's four files.").c_str(),
                         FileError);
    write_bytes(folder / name, content);
  }
  const std::string image = file(folder, "train-images-idx3-ubyte");
  CHECK_THROWS_WITH_AS(load_mnist(image), (image + ": is no folder. Give the folder of MNIST's four files.").c_str(), FileError);
}

TEST_CASE("mnist: a folder in place of a file is refused") {
  const TemporaryFolder folder;
  fill(folder);
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  std::filesystem::create_directory(folder / "t10k-labels-idx1-ubyte");
  const std::string message =
      folder.path().string() + ": holds no t10k-labels-idx1-ubyte, raw or .gz. Give the folder of MNIST's four files.";
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()), message.c_str(), FileError);
}

TEST_CASE("mnist: images and labels that were swapped are refused") {
  const TemporaryFolder folder;
  fill(folder);
  std::filesystem::rename(folder / "train-images-idx3-ubyte", folder / "other");
  std::filesystem::rename(folder / "train-labels-idx1-ubyte", folder / "train-images-idx3-ubyte");
  const std::string images = file(folder, "train-images-idx3-ubyte"), labels = file(folder, "train-labels-idx1-ubyte");
  write_bytes(folder / "train-labels-idx1-ubyte", idx_header({5}) + train_labels);
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()),
                       (images + ": holds labels [5], expected images [samples, 28, 28]. Were they swapped?").c_str(), FormatError);
  std::filesystem::rename(folder / "other", folder / "train-labels-idx1-ubyte");
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()),
                       (labels + ": holds images [5, 28, 28], expected labels [samples]. Were they swapped?").c_str(), FormatError);
}

TEST_CASE("mnist: files of other shapes are refused") {
  const TemporaryFolder folder;
  fill(folder);
  const std::string images = file(folder, "train-images-idx3-ubyte"), labels = file(folder, "train-labels-idx1-ubyte");
  write_bytes(labels, idx_header({5, 1}) + train_labels);
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()), (labels + ": holds [5, 1], expected labels [samples]. Give another file.").c_str(),
                       FormatError);
  fill(folder);
  write_bytes(images, idx_header({5, 784}) + train_pixels);
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()),
                       (images + ": holds [5, 784], expected images [samples, 28, 28]. Give another file.").c_str(), FormatError);
  write_bytes(images, idx_header({5, 28, 14}) + train_pixels.substr(0, 5 * 392));
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()),
                       (images + ": holds [5, 28, 14], expected images [samples, 28, 28]. Give another file.").c_str(), FormatError);
  fill_digits(folder, 16);
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()),
                       (images + ": holds [3, 8, 8], expected images [samples, 28, 28]. Give another file.").c_str(), FormatError);
}

TEST_CASE("mnist: counts of images and labels that differ are refused") {
  const TemporaryFolder folder;
  fill(folder);
  write_bytes(folder / "train-labels-idx1-ubyte", idx_header({4}) + train_labels.substr(0, 4));
  const std::string message = file(folder, "train-labels-idx1-ubyte") +
                              ": holds 4 labels, train-images-idx3-ubyte beside it 5 images. Use files that belong together.";
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()), message.c_str(), FormatError);
}

TEST_CASE("mnist: a label out of range is refused") {
  const TemporaryFolder folder;
  fill(folder);
  write_bytes(folder / "t10k-labels-idx1-ubyte", idx_header({2}) + "\x08\x0a");
  const std::string message = file(folder, "t10k-labels-idx1-ubyte") + ": sample 1 has the label 10, expected 0 to 9. Give another file.";
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()), message.c_str(), FormatError);
}

TEST_CASE("mnist: a header that promises too much is refused before memory is taken") {
  const TemporaryFolder folder;
  fill(folder);
  write_bytes(folder / "train-images-idx3-ubyte", idx_header({0xffffffff, 28, 28}) + train_pixels);
  const std::string message =
      file(folder, "train-images-idx3-ubyte") + ": holds 3,936 bytes, its header promises 3,367,254,359,296. Download it again.";
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()), message.c_str(), FormatError);
}

TEST_CASE("mnist: digits are 8 x 8 with grey levels to 16") {
  const TemporaryFolder folder;
  fill_digits(folder, 16);
  const weir::TrainTest data = load_digits(folder.path());
  CHECK(data.train.input_shape() == Shape{64});
  CHECK(data.train.inputs()[0].info == weir::FieldInfo{.divisor = 16, .image = {8, 8, 1}});
  CHECK(data.test.targets()[0].info.classes == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  fill_digits(folder, 17);
  const std::string message = file(folder, "train-images-idx3-ubyte") + ": sample 2, pixel 63 is 17, expected 0 to 16. Give another file.";
  CHECK_THROWS_WITH_AS(load_digits(folder.path()), message.c_str(), FormatError);
}

TEST_CASE("mnist: fashion loads from a folder like MNIST") {
  const TemporaryFolder folder;
  fill(folder);
  const weir::TrainTest data = load_fashion_mnist(folder.path());
  check_loaded(data);
  // The table of labels in https://github.com/zalandoresearch/fashion-mnist
  CHECK(data.train.targets()[0].info.classes ==
        std::vector<std::string>{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"});
  CHECK(data.test.info() == data.train.info());
}
