#include "core/product/sets.hpp"

namespace weir::cpu {

std::vector<const InstructionSet*> instruction_sets() {
  std::vector<const InstructionSet*> sets;
  if (__builtin_cpu_supports("avx512f")) sets.push_back(&avx512_set);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(&avx2_set);
  sets.push_back(&sse2_set);
  return sets;
}

}  // namespace weir::cpu
