#pragma once

#include <cstdint>

#include <weir/core/random.hpp>

namespace weir {

// Uses of random numbers, each with its own stream derived from the seed. Append new ones at the end: the value enters the key, so
// reordering would change all results.
enum class KeyPurpose : std::uint64_t { parameters, layers, shuffle, gradcheck };

inline RandomKey key_for(std::uint64_t seed, KeyPurpose purpose) { return RandomKey{seed}.with(static_cast<std::uint64_t>(purpose)); }

}  // namespace weir
