#include "core/cpu/openmp.hpp"

namespace weir::cpu {

bool several_threads() { return false; }
int openmp_threads() { return 1; }
bool in_region() { return false; }

}  // namespace weir::cpu
