#include "core/cpu/instruction_set.hpp"

namespace weir::cpu {

std::vector<InstructionSet> instruction_sets() { return {InstructionSet::neon, InstructionSet::generic}; }

}  // namespace weir::cpu
