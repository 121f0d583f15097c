// Positions of the bits in a ReLU mask, at all edges.

#include "layers/relu_mask.hpp"
#include "tests/support/relu_mask_bits.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace weir;

TEST_CASE("relu mask: rows begin at multiples of 128 bits and hold all columns") {
  CHECK(relu_mask_stride(1) == 128);
  CHECK(relu_mask_stride(128) == 128);
  CHECK(relu_mask_stride(129) == 256);
  CHECK(relu_mask_stride(10000) == 10112);
  for (std::int64_t out = 1; out < 600; ++out) {
    CHECK(relu_mask_stride(out) % 128 == 0);
    CHECK(relu_mask_stride(out) >= out);
    CHECK(relu_mask_stride(out) < out + 128);
  }
  CHECK(relu_mask_bytes(0, 5) == 0);
  CHECK(relu_mask_bytes(3, 128) == 48);
  CHECK(relu_mask_bytes(3, 129) == 96);
  CHECK(relu_mask_bytes(std::int64_t{1} << 33, 4096) == std::int64_t{1} << 42);  // beyond 32 bits
}

TEST_CASE("relu mask: each element has one bit within the mask and no other has it") {
  for (const std::int64_t out : {1, 7, 8, 9, 127, 128, 129, 255, 300}) {
    constexpr std::int64_t rows = 4;
    const std::int64_t stride = relu_mask_stride(out);
    const auto bytes = static_cast<std::size_t>(relu_mask_bytes(rows, out));
    std::vector<std::uint8_t> mask(bytes, 0);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < out; ++column) {
        REQUIRE_FALSE(relu_mask_at(mask.data(), stride, row, column));  // not set before
        relu_mask_set(mask.data(), stride, row, column, true);
        REQUIRE(relu_mask_at(mask.data(), stride, row, column));
      }
    }
    std::int64_t ones = 0;
    for (const std::uint8_t byte : mask) {
      for (int bit = 0; bit < 8; ++bit) ones += byte >> bit & 1;
    }
    CHECK(ones == rows * out);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < out; ++column) relu_mask_set(mask.data(), stride, row, column, false);
    }
    CHECK(mask == std::vector<std::uint8_t>(bytes, 0));
  }
}

TEST_CASE("relu mask: the first column is the lowest bit of a rows first byte") {
  std::vector<std::uint8_t> mask(32, 0);
  relu_mask_set(mask.data(), 128, 0, 0, true);
  relu_mask_set(mask.data(), 128, 1, 9, true);
  CHECK(mask[0] == 1);
  CHECK(mask[16 + 1] == 2);
}
