#include "tests/gpu/device.hpp"
#include "tests/gpu/stand_in.hpp"

namespace weir::test {

bool device_here() {
  static StandIn device;
  return true;
}

bool device_is_stand_in() { return true; }

}  // namespace weir::test
