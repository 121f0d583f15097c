#pragma once

#include <weir/core/device.hpp>

namespace weir {

// Selects the CPU or the CUDA version of an operation: on_device(context.device, cpu::add, cuda::add)(context, a, b, y).
template <class Function>
Function* on_device(Device device, Function* on_cpu, Function* on_cuda) {
  return device.is_cuda() ? on_cuda : on_cpu;
}

}  // namespace weir
