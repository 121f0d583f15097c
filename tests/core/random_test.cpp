#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include <weir/core/random.hpp>

#include "core/keys.hpp"

using weir::RandomKey;

// Known answers of Philox4x32-10 from the authors' Random123 distribution (file kat_vectors).
TEST_CASE("random: Philox gives the authors known answers") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(weir::random_bits(RandomKey{0}, 0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const auto ones = ~std::uint64_t{0};
  CHECK(weir::random_bits(RandomKey{ones}, ones, ones) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(weir::random_bits(RandomKey{0x299f31d0a4093822}, 0x85a308d3243f6a88, 0x0370734413198a2e) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: uniform numbers lie in 0 to 1 with the right moments") {
  double sum = 0, squares = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const auto bits = weir::random_bits(RandomKey{7}, static_cast<std::uint64_t>(i));
    const double u = weir::uniform01(bits[0], bits[1]);
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum += u;
    squares += u * u;
  }
  // Five standard deviations of the mean of u and of u squared.
  CHECK(std::abs(sum / count - 0.5) < 5 * std::sqrt(1.0 / 12 / count));
  CHECK(std::abs(squares / count - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / count));
  CHECK(weir::uniform01(~0U, ~0U) < 1);
}

TEST_CASE("random: normal numbers have mean 0 deviation 1 and kurtosis 3") {
  double m1 = 0, m2 = 0, m4 = 0;
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i) {
    const double x = weir::random_normal(RandomKey{3}, static_cast<std::uint64_t>(i));
    m1 += x / count;
    m2 += x * x / count;
    m4 += x * x * x * x / count;
  }
  CHECK(std::abs(m1) < 5 / std::sqrt(count));
  CHECK(std::abs(m2 - 1) < 5 * std::sqrt(2.0 / count));
  CHECK(std::abs(m4 - 3) < 5 * std::sqrt(96.0 / count));
}

TEST_CASE("random: whole numbers below a bound are even") {
  std::vector<int> counts(7, 0);
  constexpr int draws = 70000;
  for (int i = 0; i < draws; ++i) ++counts[weir::random_below(RandomKey{11}, static_cast<std::uint64_t>(i), 7)];
  for (const int count : counts) CHECK(std::abs(count - draws / 7) < 5 * std::sqrt(draws / 7.0));
  CHECK(weir::random_below(RandomKey{1}, 0, 1) == 0);
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(weir::random_below(RandomKey{1}, i, (1ULL << 63) + 1) <= 1ULL << 63);
}

// tests/reference/make_random.py prints these numbers.
TEST_CASE("random: keys and numbers are those of the definition") {
  CHECK(RandomKey{0}.with(0).value == 0xd68421a381d075e2);
  CHECK(RandomKey{0}.with(1).value == 0xc819ce2a359cf688);
  CHECK(RandomKey{5}.with(2).value == 0x6d0e5b0122d79ea7);
  CHECK(RandomKey{0x299f31d0a4093822}.with(0x85a308d3243f6a88).value == 0xe18e2ec95ddf4606);
  CHECK(RandomKey{7}.with(3).with(4).value == 0xf306e0c782110b18);
  CHECK(weir::key_for(42, weir::KeyPurpose::parameters).value == 0xa60d816e39046177);
  CHECK(weir::key_for(42, weir::KeyPurpose::layers).value == 0xf1dcfe0351d2236f);
  CHECK(weir::key_for(42, weir::KeyPurpose::shuffle).value == 0x8faf14cf5e3611e7);
  CHECK(weir::key_for(42, weir::KeyPurpose::gradcheck).value == 0xdba9c84be9ddc1d5);
  CHECK(weir::random_below(RandomKey{11}, 0, 7) == 6);
  CHECK(weir::random_below(RandomKey{11}, 1ULL << 40, 1000) == 233);
  CHECK(weir::random_below(RandomKey{1}, 0, (1ULL << 63) + 1) == 8211191561577629534ULL);
  CHECK(weir::random_below(RandomKey{1}, 4, (1ULL << 63) + 1) == 2945411304445894528ULL);  // after five rejections
  const double uniform[] = {0x1.e8c0f45b8013fp-1, 0x1.a0ba3a6f2e5eep-2, 0x1.8e23c00229f80p-8};
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto bits = weir::random_bits(RandomKey{7}, i);
    CHECK(weir::uniform01(bits[0], bits[1]) == uniform[i]);
  }
  CHECK(weir::uniform01(~0U, ~0U) == 0x1.fffffffffffffp-1);
  CHECK(weir::random_normal(RandomKey{3}, 0) == doctest::Approx(-1.0252506149922125).epsilon(1e-14));
  CHECK(weir::random_normal(RandomKey{3}, 1ULL << 33) == doctest::Approx(-0.0867603117474321).epsilon(1e-14));
}

// A key derived with a number is none of the numbers drawn at it, whichever of the four words are taken.
TEST_CASE("random: derived keys are no drawn numbers") {
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto bits = weir::random_bits(RandomKey{5}, i);
    for (const std::uint32_t high : bits) {
      for (const std::uint32_t low : bits) CHECK(RandomKey{5}.with(i).value != ((std::uint64_t{high} << 32) | low));
    }
  }
}

TEST_CASE("random: derived keys differ from each other and from their parent") {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t i = 0; i < 100; ++i) {
    keys.push_back(RandomKey{i}.value);
    keys.push_back(RandomKey{5}.with(i).value);
    keys.push_back(RandomKey{5}.with(2).with(i).value);
  }
  std::sort(keys.begin(), keys.end());
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
}
