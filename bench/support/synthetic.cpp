#include "bench/support/synthetic.hpp"

#include <array>
#include <utility>

#include <weir/core/random.hpp>

namespace bench {

namespace {

constexpr std::int64_t features = 784;

// Calls f(element, 32 random bits) for each element.
template <class F>
void for_each_random(std::int64_t count, std::uint64_t stream, F f) {
  for (std::int64_t i = 0; i < count; i += 4) {
    const std::array<std::uint32_t, 4> bits = weir::random_bits({stream}, static_cast<std::uint64_t>(i));
    for (std::int64_t j = i; j < i + 4 && j < count; ++j) f(static_cast<std::size_t>(j), bits[static_cast<std::size_t>(j - i)]);
  }
}

// 0 with probability 4/5, else uniform in 1 to 255.
std::uint8_t pixel(std::uint32_t bits) { return bits % 5 == 0 ? static_cast<std::uint8_t>(1 + (bits >> 8) % 255) : std::uint8_t{0}; }

}  // namespace

weir::Dataset synthetic_mnist(std::int64_t samples) {
  weir::Tensor images({samples, features}, weir::DType::u8), labels({samples}, weir::DType::i32);
  const auto image = images.values<std::uint8_t>();
  const auto label = labels.values<std::int32_t>();
  for_each_random(samples * features, 1, [&](std::size_t i, std::uint32_t bits) { image[i] = pixel(bits); });
  for_each_random(samples, 2, [&](std::size_t i, std::uint32_t bits) { label[i] = static_cast<std::int32_t>(bits % 10); });
  return weir::Dataset(weir::Field(std::move(images), {.divisor = 255}), std::move(labels));
}

weir::Tensor synthetic_images(std::int64_t samples) {
  weir::Tensor images({samples, features});
  const auto image = images.values<float>();
  for_each_random(samples * features, 1, [&](std::size_t i, std::uint32_t bits) { image[i] = static_cast<float>(pixel(bits)) / 255; });
  return images;
}

weir::Tensor synthetic_numbers(std::int64_t count) {
  weir::Tensor numbers({count});
  const auto number = numbers.values<float>();
  for_each_random(count, 3, [&](std::size_t i, std::uint32_t bits) { number[i] = static_cast<float>(bits) * 0x1p-31F - 1; });
  return numbers;
}

}  // namespace bench
