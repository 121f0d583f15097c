// Tests core/cpu/vectorized.hpp as in a portable build: this file is compiled without -march=native, whatever the options of the build.

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <weir/activations/function.hpp>

#include "core/cpu/instruction_set.hpp"
#include "core/cpu/vectorized.hpp"

namespace {

using weir::cpu::instruction_set;
using weir::cpu::InstructionSet;
using weir::cpu::use_instruction_set;

template <class T>
std::vector<T> inputs() {
  std::vector<T> x;
  for (int i = -3000; i <= 3000; ++i) x.push_back(static_cast<T>(i) / T(127));
  using Limits = std::numeric_limits<T>;
  for (const T special : {Limits::infinity(), Limits::quiet_NaN(), Limits::max(), Limits::min(), Limits::denorm_min(), T(0)}) {
    x.push_back(special);
    x.push_back(-special);
  }
  return x;
}

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

// All NaNs count as equal: which one an operation returns depends on the operand order that the compiler chose.
template <class T>
bool same(T a, T b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<Bits<T>>(a) == std::bit_cast<Bits<T>>(b);
}

template <class T, class F>
std::vector<T> results(const F& f, const std::vector<T>& x) {
  std::vector<T> y(2 * x.size());
  weir::cpu::vectorized([&] {
    for (std::size_t i = 0; i < x.size(); ++i) {
      y[i] = f.forward(x[i]);
      y[x.size() + i] = f.backward(f.needs == weir::Needs::y ? y[i] : x[i], T(0.75));
    }
  });
  return y;
}

template <class T, class F>
void check(const F& f) {
  const auto x = inputs<T>();
  use_instruction_set(InstructionSet::generic);
  const auto narrow = results(f, x);
  for (const InstructionSet set : weir::cpu::instruction_sets()) {
    use_instruction_set(set);
    const auto wide = results(f, x);
    CAPTURE(weir::name(f));
    CAPTURE(set);
    CHECK(std::equal(wide.begin(), wide.end(), narrow.begin(), narrow.end(), same<T>));
  }
}

TEST_CASE("a loop has the same bits for every instruction set") {
  const InstructionSet before = instruction_set();
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (check<float>(std::variant_alternative_t<I, weir::ActivationFunction>()), ...);
    (check<double>(std::variant_alternative_t<I, weir::ActivationFunction>()), ...);
  }
  (std::make_index_sequence<std::variant_size_v<weir::ActivationFunction>>());
  use_instruction_set(before);
}

#if defined(__GNUC__) && defined(__x86_64__)
// The address of the caller, which differs between the two compiled versions of a loop.
[[gnu::noinline]] const void* caller() { return __builtin_return_address(0); }

[[gnu::noinline]] const void* place_of_loop(InstructionSet set) {
  use_instruction_set(set);
  const void* volatile place = nullptr;  // volatile prevents a tail call, which would have another return address
  weir::cpu::vectorized([&] { place = caller(); });
  return place;
}

TEST_CASE("a loop is compiled a second time and chosen by the instruction set in use") {
  if (!__builtin_cpu_supports("avx2")) {
    MESSAGE("SKIPPED: this processor has no AVX2");
    return;
  }
  const InstructionSet before = instruction_set();
  const auto sets = weir::cpu::instruction_sets();
  CHECK(place_of_loop(sets.front()) != place_of_loop(InstructionSet::generic));
  CHECK(place_of_loop(sets.back()) == place_of_loop(InstructionSet::generic));
  use_instruction_set(before);
}
#endif

}  // namespace
