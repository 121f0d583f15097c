#pragma once

#include <cstdint>
#include <vector>

namespace weir::cpu {

// What code is chosen by while the program runs. generic: nothing beyond what the compiler was told; the matrix product is Eigen's.
enum class InstructionSet : std::uint8_t { generic, sse2, avx2, avx512, neon };

// Those that this processor has, the best first, generic last.
std::vector<InstructionSet> instruction_sets();

// The one in use: the best, unless a test or a benchmark chose another, which it may do while no operation runs.
InstructionSet instruction_set();
void use_instruction_set(InstructionSet set);

}  // namespace weir::cpu
