#include <cmath>
#include <numbers>

#include <weir/core/random.hpp>

namespace weir {

namespace {

std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return (std::uint64_t{high} << 32) | low; }

}  // namespace

RandomKey RandomKey::with(std::uint64_t number) const {
  // This value of the high counter word is used for derived keys only, so they never coincide with drawn numbers.
  const auto bits = random_bits(*this, number, ~std::uint64_t{0});
  return {joined(bits[0], bits[1])};
}

std::uint64_t random_below(RandomKey key, std::uint64_t counter, std::uint64_t bound) {
  // Lemire, "Fast random integer generation in an interval" (ACM TOMACS 2019); after a rejection it draws again with the next high counter.
  const std::uint64_t threshold = (0 - bound) % bound;
  for (std::uint64_t attempt = 0;; ++attempt) {
    const auto bits = random_bits(key, counter, attempt);
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(joined(bits[0], bits[1])) * bound;
    if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint64_t>(product >> 64);
  }
}

double random_normal(RandomKey key, std::uint64_t counter) {
  const auto bits = random_bits(key, counter);
  const double radius = std::sqrt(-2 * std::log1p(-uniform01(bits[0], bits[1])));
  return radius * std::cos(2 * std::numbers::pi * uniform01(bits[2], bits[3]));
}

}  // namespace weir
