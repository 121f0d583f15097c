#include <cstdio>
#include <weir/core/device.hpp>

#include "tests/gpu/device.hpp"

namespace weir::test {

bool device_here() {
  if (best_device().is_cuda()) return true;
  std::printf("SKIPPED: no CUDA device: %s\n", cuda_status().c_str());
  return false;
}

bool device_is_stand_in() { return false; }

}  // namespace weir::test
