#pragma once

// A build whose compiler may use the widest vectors everywhere, or whose processors all have the same.

namespace weir::cpu {

template <class F>
void vectorized(const F& f) {
  f();
}

}  // namespace weir::cpu
