#pragma once

#include <weir/core/layer.hpp>

namespace weir {

// A Layer or Loss of weir's that runs on every device and can be recorded in a CUDA graph.
template <class Base>
class EveryDevice : public Base {
 public:
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
};

}  // namespace weir
