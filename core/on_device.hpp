#pragma once

#include <weir/core/device.hpp>

namespace weir {

// The one of an operation's two twins that runs on `device`: on_device(context.device, cpu::add, cuda::add)(context, a, b, y).
template <class Function>
Function* on_device(Device device, Function* on_cpu, Function* on_cuda) {
  return device.is_cuda() ? on_cuda : on_cpu;
}

}  // namespace weir
