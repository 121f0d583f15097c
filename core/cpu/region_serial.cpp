#include "core/cpu/region.hpp"

namespace weir::cpu {

int default_threads() { return 1; }

bool in_region() { return false; }

void run_region(int, RegionFunction function, void* user) { function(user, 0, 1); }

}  // namespace weir::cpu
