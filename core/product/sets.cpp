#include <atomic>

#include "core/product/sets.hpp"

namespace weir::cpu {

namespace {

std::atomic<const InstructionSet*>& set_in_use() {
  static std::atomic<const InstructionSet*> set = [] {
    const auto sets = instruction_sets();
    return sets.empty() ? nullptr : sets.front();
  }();
  return set;
}

}  // namespace

const InstructionSet* instruction_set() { return set_in_use(); }
void use_instruction_set(const InstructionSet* set) { set_in_use() = set; }

}  // namespace weir::cpu
