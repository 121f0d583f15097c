#include "core/cpu/instruction_set.hpp"
#include "core/product/kernels.hpp"

namespace weir::cpu {

const ProductKernels* product_kernels(InstructionSet set) { return set == InstructionSet::neon ? &neon_kernels : nullptr; }

}  // namespace weir::cpu
