#include <omp.h>

#include "core/cpu/region.hpp"

namespace weir::cpu {

int default_threads() { return omp_get_max_threads(); }

bool in_region() { return omp_in_parallel(); }

void run_region(int threads, RegionFunction function, void* user) {
#pragma omp parallel num_threads(threads)
  function(user, omp_get_thread_num(), omp_get_num_threads());
}

}  // namespace weir::cpu
