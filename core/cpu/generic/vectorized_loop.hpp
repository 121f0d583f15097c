#pragma once

// For builds that compile all code for one instruction set: loops need no second version.

namespace weir::cpu {

template <class F>
void vectorized(const F& f) {
  f();
}

}  // namespace weir::cpu
