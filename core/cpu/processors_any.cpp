#include <algorithm>
#include <thread>

#include "core/cpu/processors.hpp"

namespace weir::cpu {

ThreadCount processors() { return {std::max(1, static_cast<int>(std::thread::hardware_concurrency())), "processors"}; }

}  // namespace weir::cpu
