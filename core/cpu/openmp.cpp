#include "core/cpu/openmp.hpp"

#include <omp.h>

namespace weir::cpu {

bool several_threads() { return true; }
int openmp_threads() { return omp_get_max_threads(); }
bool in_region() { return omp_in_parallel(); }

}  // namespace weir::cpu
