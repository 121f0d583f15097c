// The device of the program gpu_emulated_tests: the stand-in's memory and queues with the real kernels, compiled for the CPU.

#include <deque>

#include "gpu/runtime/blas.hpp"
#include "tests/gpu/compute_product.hpp"
#include "tests/gpu/device.hpp"
#include "tests/gpu/stand_in.hpp"

namespace weir::cuda {

const Runtime& built_in_runtime() {
  static const Runtime none{.missing = "kernels on the CPU, without a device of their own"};
  return none;
}

// A library that offers a ReLU with its mask and the gradient by a mask; every other product is made by our own kernel.
const Blas& built_in_blas() {
  static const Blas offers_masks = [] {
    Blas blas;
    blas.make = [](void** library) {
      static int made = 0;
      *library = &made;
      return success;
    };
    blas.plan = [](void*, const BlasProduct& kind, std::size_t, void** plan) {
      static std::deque<BlasProduct> kinds;
      const bool masked = kind.epilogue == Epilogue::relu_mask_bias || kind.epilogue == Epilogue::relu_gradient;
      if (masked) *plan = &kinds.emplace_back(kind);
      return success;
    };
    blas.run = [](void*, const void* plan, const BlasBlocks& blocks, void*, std::size_t, void* stream) {
      const BlasProduct kind = *static_cast<const BlasProduct*>(plan);
      return test::StandIn::run(
          [kind, blocks] {
            kind.dtype == DType::f64 ? test::compute_product<double>(kind, blocks) : test::compute_product<float>(kind, blocks);
          },
          stream);
    };
    return blas;
  }();
  return offers_masks;
}

}  // namespace weir::cuda

namespace weir::test {

bool device_here() {
  static StandIn device;
  return true;
}

bool device_is_stand_in() { return false; }

}  // namespace weir::test
