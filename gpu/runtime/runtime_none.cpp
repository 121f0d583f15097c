// The Runtime and Blas tables of a build without CUDA: they report that there is no CUDA.

#include "gpu/runtime/blas.hpp"
#include "gpu/runtime/runtime.hpp"

namespace weir::cuda {

const Runtime& built_in_runtime() {
  static const Runtime none{
      .missing = "built without CUDA: configure with -DWEIR_CUDA=ON where the CUDA Toolkit is installed, or use Device::cpu()"};
  return none;
}

const Blas& built_in_blas() {
  static const Blas none;
  return none;
}

}  // namespace weir::cuda
