#include "core/cpu/instruction_set.hpp"

#include <atomic>

namespace weir::cpu {

namespace {

std::atomic<InstructionSet>& set_in_use() {
  static std::atomic<InstructionSet> set{instruction_sets().front()};
  return set;
}

}  // namespace

InstructionSet instruction_set() { return set_in_use(); }
void use_instruction_set(InstructionSet set) { set_in_use() = set; }

}  // namespace weir::cpu
