#pragma once

#include "core/cpu/instruction_set.hpp"

// For builds that must run on every x86-64: loops are compiled a second time, for AVX2. The attributes apply only to what is inlined into
// run_wide; f itself, which other files may share, is compiled for the baseline.

namespace weir::cpu {

namespace detail {

template <class F>
[[gnu::target("avx2,fma"), gnu::flatten, gnu::noinline]] void run_wide(const F& f) {
  f();
}

}  // namespace detail

template <class F>
void vectorized(const F& f) {
  const InstructionSet set = instruction_set();
  set == InstructionSet::avx2 || set == InstructionSet::avx512 ? detail::run_wide(f) : f();
}

}  // namespace weir::cpu
