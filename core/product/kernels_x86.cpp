#include "core/cpu/instruction_set.hpp"
#include "core/product/kernels.hpp"

namespace weir::cpu {

const ProductKernels* product_kernels(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx512:
      return &avx512_kernels;
    case InstructionSet::avx2:
      return &avx2_kernels;
    case InstructionSet::sse2:
      return &sse2_kernels;
    default:
      return nullptr;
  }
}

}  // namespace weir::cpu
