#include "core/product/sets.hpp"

namespace weir::cpu {

std::vector<const InstructionSet*> instruction_sets() { return {&neon_set}; }

}  // namespace weir::cpu
