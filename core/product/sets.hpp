#pragma once

#include <vector>

#include "core/product/kernels.hpp"

namespace weir::cpu {

// Those that this processor has, the best first.
std::vector<const InstructionSet*> instruction_sets();

// The one in use. nullptr: none, the product runs on Eigen. Not to be changed while a product runs: it is there for tests and benchmarks.
const InstructionSet* instruction_set();
void use_instruction_set(const InstructionSet* set);

}  // namespace weir::cpu
