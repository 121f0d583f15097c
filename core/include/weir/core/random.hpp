#pragma once

#include <array>
#include <cstdint>

#include <weir/core/host_device.hpp>

namespace weir {

// Identifies a stream of random numbers. The generator is counter-based: a number is a pure function of key and counter, so the numbers are
// the same for any number of threads, on every machine and device, and can be computed in any order (as in JAX).
// Source: Philox4x32-10, Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
struct RandomKey {
  std::uint64_t value = 0;

  // The key of another stream, derived from this key and a number: key.with(epoch).with(layer).
  RandomKey with(std::uint64_t number) const;

  friend bool operator==(RandomKey, RandomKey) = default;
};

// The four 32-bit numbers at one counter of a stream: Philox4x32-10.
WEIR_HD inline std::array<std::uint32_t, 4> random_bits(RandomKey key, std::uint64_t counter_low, std::uint64_t counter_high = 0) {
  std::array<std::uint32_t, 4> c{static_cast<std::uint32_t>(counter_low), static_cast<std::uint32_t>(counter_low >> 32),
                                 static_cast<std::uint32_t>(counter_high), static_cast<std::uint32_t>(counter_high >> 32)};
  auto k0 = static_cast<std::uint32_t>(key.value);
  auto k1 = static_cast<std::uint32_t>(key.value >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1), static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1,
         static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return c;
}

// A uniform number in [0, 1): the top 53 of 64 random bits, over 2^53.
WEIR_HD inline double uniform01(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 32) | low;
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

// A uniform integer in [0, bound), without modulo bias (Lemire's method); bound > 0. `counter` is the index of the draw in the stream.
std::uint64_t random_below(RandomKey key, std::uint64_t counter, std::uint64_t bound);

// A standard normal number (Box-Muller transform). `counter` is the index of the draw in the stream.
double random_normal(RandomKey key, std::uint64_t counter);

}  // namespace weir
