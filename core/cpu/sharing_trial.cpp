#include "core/cpu/sharing_trial.hpp"

namespace weir::detail {

namespace {

struct Kind {
  std::uintptr_t what = 0;
  std::int64_t size = 0;
  int threads = 0;
  bool operator==(const Kind&) const = default;
};

struct Place {
  Kind kind;
  SharingTrial trial;
};

}  // namespace

// A hash table without collision handling: when two kinds of calls fall on the same slot, each replaces the other and starts a new trial.
SharingTrial& trial_of(std::uintptr_t what, std::int64_t size, int threads) {
  constexpr int bits = 5;
  static thread_local std::array<Place, 1 << bits> places;
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: multiplying by it spreads all bits into the upper ones
  const std::uint64_t mixed = (what ^ static_cast<std::uint64_t>(size) * spread) * spread;
  Place& place = places[mixed >> (64 - bits)];
  if (const Kind kind{what, size, threads}; place.kind != kind) place = {kind, {}};
  return place.trial;
}

}  // namespace weir::detail
