#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <weir/core/error.hpp>
#include <weir/core/random.hpp>
#include <weir/data/idx.hpp>

#include "tests/data/idx_bytes.hpp"
#include "tests/support/in_memory.hpp"

// Damaged files, the same in every run: each must be refused with an Error or read as its header says.

using weir::RandomKey;
using weir::test::gzip;
using weir::test::idx_header;
using weir::test::in_memory;
using weir::test::some_bytes;

namespace {

const std::string pixels = some_bytes(24);
const std::string images = idx_header({2, 3, 4}) + pixels;

std::string with_flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

// Reads the content and writes it as a file again; empty when it is refused with an Error. Any other exception fails the test.
std::string read_back(const std::string& content) {
  try {
    const weir::Tensor tensor = weir::read_idx(in_memory(content));
    std::vector<std::uint32_t> extents;
    for (const std::int64_t extent : tensor.shape().extents()) extents.push_back(static_cast<std::uint32_t>(extent));
    const auto values = tensor.values<std::uint8_t>();
    return idx_header(extents) + std::string(values.begin(), values.end());
  } catch (const weir::Error& error) {
    CHECK(std::string(error.what()).starts_with("(memory): "));
    return "";
  }
}

// Flips some bits, then perhaps truncates or extends.
std::string damaged(std::string bytes, RandomKey key) {
  std::uint64_t draw = 0;
  const auto below = [&](std::uint64_t bound) { return static_cast<std::size_t>(weir::random_below(key, draw++, bound)); };
  for (std::size_t flips = below(6); flips > 0; --flips) bytes = with_flipped(bytes, below(bytes.size() * 8));
  switch (below(4)) {
    case 0:
      bytes.resize(below(bytes.size()));
      break;
    case 1:
      bytes += some_bytes(1 + below(20));
      break;
    default:
      break;
  }
  return bytes;
}

}  // namespace

TEST_CASE("idx fuzz: one flipped bit of a raw file is refused in the header and read in the data") {
  for (std::size_t bit = 0; bit < images.size() * 8; ++bit) {
    const std::string flipped = with_flipped(images, bit);
    CHECK(read_back(flipped) == (bit < 16 * 8 ? "" : flipped));
  }
}

TEST_CASE("idx fuzz: one flipped bit of a gzip file is refused or harmless") {
  const std::string packed = gzip(images);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    const std::string got = read_back(with_flipped(packed, bit));
    CHECK((got.empty() || got == images));
    refused += got.empty() ? 1 : 0;
  }
  // Bits without a meaning: time, extra flags and system in the header (6 bytes), the text flag, up to 7 bits after the last code.
  CHECK(refused >= (packed.size() - 6) * 8 - 1 - 7);
  CHECK(refused < packed.size() * 8);
}

TEST_CASE("idx fuzz: several flips and cuts of raw and gzip files") {
  std::size_t refused = 0;
  constexpr std::uint64_t rounds = 16'000;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::string raw = damaged(images, RandomKey{1}.with(round));
    const std::string got = read_back(raw);
    if (raw.compare(0, 2, "\x1f\x8b") != 0) CHECK((got.empty() || got == raw));
    const std::string unpacked = read_back(damaged(gzip(images), RandomKey{2}.with(round)));
    CHECK((unpacked.empty() || unpacked == images));
    refused += (got.empty() ? 1 : 0) + (unpacked.empty() ? 1 : 0);
  }
  CHECK(refused > rounds);  // most of the 32,000 files
  CHECK(refused < 2 * rounds);
}
