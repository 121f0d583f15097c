#include "core/cpu/processors.hpp"

#include <cstdlib>

#include "core/cpu/openmp.hpp"

namespace weir::cpu {

ThreadCount default_threads() {
  if (!several_threads()) return {1, "built without OpenMP"};
  const int wish = openmp_threads();
  const char* given = std::getenv("OMP_NUM_THREADS");
  if (given != nullptr && *given != '\0') return {wish, "OMP_NUM_THREADS"};
  const ThreadCount most = processors();
  return wish < most.count ? ThreadCount{wish, "OpenMP"} : most;
}

}  // namespace weir::cpu
