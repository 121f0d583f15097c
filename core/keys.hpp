#pragma once

#include <cstdint>

#include <weir/core/random.hpp>

namespace weir {

// What a seed's random numbers are for. Each purpose has a stream of its own; new ones go at the end, so that old results stay.
enum class KeyPurpose : std::uint64_t { parameters, layers, shuffle, gradcheck };

inline RandomKey key_for(std::uint64_t seed, KeyPurpose purpose) { return RandomKey{seed}.with(static_cast<std::uint64_t>(purpose)); }

}  // namespace weir
