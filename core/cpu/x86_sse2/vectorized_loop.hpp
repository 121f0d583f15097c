#pragma once

#include "core/cpu/instruction_set.hpp"

// A build for every x86-64: loops are compiled a second time, for processors with AVX2. The attributes reach only what is inlined into
// run_wide: f itself, which other files may share, keeps the instructions of all processors.

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
