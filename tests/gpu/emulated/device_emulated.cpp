// The device of the program gpu_emulated_tests: the stand-in's memory and queue, and the real kernels.

#include "gpu/runtime/blas.hpp"
#include "tests/gpu/device.hpp"
#include "tests/gpu/stand_in.hpp"

namespace weir::cuda {

const Runtime& built_in_runtime() {
  static const Runtime none{.missing = "kernels on the CPU, without a device of their own"};
  return none;
}

// A library that offers no product: each is made by our own kernel.
const Blas& built_in_blas() {
  static const Blas offers_nothing = [] {
    Blas blas;
    blas.make = [](void** library) {
      static int made = 0;
      *library = &made;
      return success;
    };
    blas.plan = [](void*, const BlasProduct&, std::size_t, void**) { return success; };
    return blas;
  }();
  return offers_nothing;
}

}  // namespace weir::cuda

namespace weir::test {

bool device_here() {
  static StandIn device;
  return true;
}

bool device_is_stand_in() { return false; }

}  // namespace weir::test
