#include "core/cpu/thread_time.hpp"

namespace weir::cpu {

ThreadTime thread_time() { return {}; }

}  // namespace weir::cpu
