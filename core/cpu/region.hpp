#pragma once

#include <memory>
#include <type_traits>

// Threads that run a function side by side: OpenMP's, or, in a build without it, the calling one alone.

namespace weir::cpu {

int default_threads();  // OpenMP's: OMP_NUM_THREADS, else as many as there are processors; else 1
bool in_region();       // whether this thread is in a region already, weir's or the program's own

using RegionFunction = void (*)(void* user, int member, int members);
void run_region(int threads, RegionFunction function, void* user);

// Calls f(member, members) on each of at most so many threads, member 0 being the calling one. f must not throw.
template <class F>
void run_region(int threads, F&& f) {
  run_region(
      threads, [](void* user, int member, int members) { (*static_cast<std::remove_reference_t<F>*>(user))(member, members); },
      std::addressof(f));
}

}  // namespace weir::cpu
