#include "core/cpu/instruction_set.hpp"

namespace weir::cpu {

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets = {InstructionSet::sse2, InstructionSet::generic};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.insert(sets.begin(), InstructionSet::avx2);
  if (__builtin_cpu_supports("avx512f")) sets.insert(sets.begin(), InstructionSet::avx512);
  return sets;
}

}  // namespace weir::cpu
