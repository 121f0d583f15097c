#include <zlib.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <weir/data/mnist.hpp>

namespace weir {

namespace {

// CRC-32 checksums of the raw IDX files, as stored at the end of the published gzip files: train and test images, train and test labels.
struct Published {
  const char* name;
  std::array<std::uint32_t, 4> sums;
};
constexpr std::array<Published, 2> published{{
    {"mnist", {0xe9f4d8b3, 0x91373bdf, 0xe0cb4ad2, 0x4ab9eff9}},
    {"fashion", {0xb4f29f28, 0x678fe0b1, 0x741a4657, 0x80142c1f}},
}};

constexpr std::int64_t side = 28;

// The CRC-32 of the IDX file with these extents and data.
std::uint32_t idx_sum(std::span<const std::int64_t> extents, std::span<const std::uint8_t> data) {
  std::vector<std::uint8_t> header{0, 0, 8, static_cast<std::uint8_t>(extents.size())};
  for (const std::int64_t extent : extents) {
    for (const int shift : {24, 16, 8, 0}) header.push_back(static_cast<std::uint8_t>(extent >> shift));
  }
  const uLong sum = crc32_z(crc32_z(0, nullptr, 0), header.data(), header.size());
  return static_cast<std::uint32_t>(crc32_z(sum, data.data(), data.size()));
}

std::uint32_t image_sum(const Dataset& data) {
  const std::array<std::int64_t, 3> extents{data.samples(), side, side};
  return idx_sum(extents, data.inputs()[0].values.values<std::uint8_t>());
}

std::uint32_t label_sum(const Dataset& data) {
  const std::array<std::int64_t, 1> extents{data.samples()};
  const std::span<const std::int32_t> labels = data.targets()[0].values.values<std::int32_t>();
  const std::vector<std::uint8_t> bytes(labels.begin(), labels.end());
  return idx_sum(extents, bytes);
}

bool has_format(const Dataset& data) {
  return data.inputs().size() == 1 && data.targets().size() == 1 && data.inputs()[0].values.dtype() == DType::u8 &&
         data.targets()[0].values.dtype() == DType::i32 && data.input_shape() == Shape{side * side} && data.target_shape() == Shape{};
}

}  // namespace

std::string identify(const TrainTest& data) {
  if (!has_format(data.train) || !has_format(data.test)) return "";
  const std::uint32_t train_labels = label_sum(data.train);  // labels first, because they are small
  for (const auto& [name, sums] : published) {
    if (sums[2] == train_labels && sums[3] == label_sum(data.test) && sums[1] == image_sum(data.test) && sums[0] == image_sum(data.train)) {
      return name;
    }
  }
  return "";
}

}  // namespace weir
