#include "core/product/kernels.hpp"

namespace weir::cpu {

const ProductKernels* product_kernels(InstructionSet) { return nullptr; }

}  // namespace weir::cpu
