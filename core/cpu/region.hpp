#pragma once

#include <memory>
#include <type_traits>

// A parallel region: OpenMP's, or, in a build without OpenMP, just the calling thread.

namespace weir::cpu {

int default_threads();  // OpenMP's: OMP_NUM_THREADS, else the number of processors; 1 without OpenMP
bool in_region();       // whether this thread is inside a region, weir's or the program's own

using RegionFunction = void (*)(void* user, int member, int members);
void run_region(int threads, RegionFunction function, void* user);

// Calls f(member, members) on at most `threads` threads; the calling thread is member 0. f must not throw.
template <class F>
void run_region(int threads, F&& f) {
  run_region(
      threads, [](void* user, int member, int members) { (*static_cast<std::remove_reference_t<F>*>(user))(member, members); },
      std::addressof(f));
}

}  // namespace weir::cpu
