#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include <weir/data/mnist.hpp>

// The real data sets, where present: MNIST in $WEIR_DATA_DIR/mnist, Fashion-MNIST from Debian's package, the digits of the source tree.

namespace {

using Counts = std::array<std::int64_t, 10>;

Counts count_labels(const weir::Dataset& data) {
  Counts counts{};
  for (const std::int32_t label : data.targets()[0].values.values<std::int32_t>()) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

struct Moments {
  double mean;
  double deviation;
};

// Mean and deviation of pixels / 255.
Moments moments(const weir::Dataset& data) {
  const auto pixels = data.inputs()[0].values.values<std::uint8_t>();
  double sum = 0, squares = 0;
  for (const std::uint8_t pixel : pixels) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const double count = static_cast<double>(pixels.size()), mean = sum / count;
  return {mean / 255, std::sqrt(squares / count - mean * mean) / 255};
}

std::optional<std::filesystem::path> real_mnist() {
  const char* data = std::getenv("WEIR_DATA_DIR");
  if (data != nullptr && std::filesystem::exists(std::filesystem::path(data) / "mnist")) return std::filesystem::path(data) / "mnist";
  std::cout << "SKIPPED: WEIR_DATA_DIR names no folder with mnist in it\n";
  return std::nullopt;
}

// The data with one bit of its last pixel changed.
weir::Dataset touched(const weir::Dataset& data) {
  weir::Tensor pixels = clone(data.inputs()[0].values), labels = clone(data.targets()[0].values);
  pixels.values<std::uint8_t>().back() ^= 1;
  return weir::Dataset(weir::Field(std::move(pixels), {.divisor = 255}), std::move(labels));
}

}  // namespace

// Counts per digit and mean and deviation (0.1307, 0.3081, as PyTorch's MNIST example normalises) are published figures.
TEST_CASE("published: MNIST is what it is known to be") {
  const auto folder = real_mnist();
  if (!folder) return;
  const auto [train, test] = weir::load_mnist(*folder);
  CHECK(train.samples() == 60000);
  CHECK(test.samples() == 10000);
  CHECK(count_labels(train) == Counts{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
  CHECK(count_labels(test) == Counts{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  CHECK(std::abs(moments(train).mean - 0.1307) < 0.00005);
  CHECK(std::abs(moments(train).deviation - 0.3081) < 0.00005);
}

TEST_CASE("published: MNIST is identified and what differs in a bit or a sample is not") {
  const auto folder = real_mnist();
  if (!folder) return;
  const weir::TrainTest data = weir::load_mnist(*folder);
  CHECK(weir::identify(data) == "mnist");
  CHECK(weir::identify({data.train.slice(0, 60000), data.test.slice(0, 9999)}).empty());
  CHECK(weir::identify({data.train.slice(0, 60000), data.train.slice(0, 10000)}).empty());
  CHECK(weir::identify({data.train.slice(0, 60000), touched(data.test)}).empty());
  CHECK(weir::identify({touched(data.train), data.test.slice(0, 10000)}).empty());
}

// 6,000 and 1,000 of each class; mean and deviation 0.2860, 0.3530 are the published figures.
TEST_CASE("published: Fashion-MNIST is what it is known to be and not MNIST") {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    std::cout << "SKIPPED: Debian's package dataset-fashion-mnist is not installed\n";
    return;
  }
  const weir::TrainTest data = weir::load_fashion_mnist();
  CHECK(count_labels(data.train) == Counts{6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000});
  CHECK(count_labels(data.test) == Counts{1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000});
  CHECK(std::abs(moments(data.train).mean - 0.2860) < 0.00005);
  CHECK(std::abs(moments(data.train).deviation - 0.3530) < 0.00005);
  CHECK(weir::identify(data) == "fashion");
}

// The counts of the test part in the description of UCI's data set 80.
TEST_CASE("published: the digits in the tree are the UCI test part split in two") {
  const weir::TrainTest data = weir::load_digits(WEIR_SOURCE_DIR "/data/digits");
  CHECK(data.train.samples() == 1437);
  CHECK(data.test.samples() == 360);
  Counts all = count_labels(data.train);
  const Counts test = count_labels(data.test);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(test[i] >= 24);  // shuffled: 36 expected
    all[i] += test[i];
  }
  CHECK(all == Counts{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
  CHECK(weir::identify(data).empty());
}
