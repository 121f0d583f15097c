#include "core/product/sets.hpp"

namespace weir::cpu {

std::vector<const InstructionSet*> instruction_sets() { return {}; }

}  // namespace weir::cpu
