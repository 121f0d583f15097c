#pragma once

#include <cstdint>
#include <vector>

namespace weir::cpu {

// Instruction sets that weir chooses between at run time. generic: only what the compiler's flags allow; matrix products then use Eigen.
enum class InstructionSet : std::uint8_t { generic, sse2, avx2, avx512, neon };

// The instruction sets that this processor supports, best first, generic last.
std::vector<InstructionSet> instruction_sets();

// The instruction set in use: the best one, unless a test or benchmark chose another. Must not be changed while an operation runs.
InstructionSet instruction_set();
void use_instruction_set(InstructionSet set);

}  // namespace weir::cpu
