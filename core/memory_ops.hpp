#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <weir/core/array.hpp>
#include <weir/core/tensor_view.hpp>

#include "core/operation.hpp"

// Allocation, copies and fills on each device.

namespace weir {

// A block of memory with the function that frees it.
struct Allocation {
  void* data = nullptr;
  void (*release)(void*) = nullptr;
};

WEIR_OPERATION(fill, const TensorView& y, double value);
WEIR_OPERATION(write_number, std::uint64_t* where, std::uint64_t value);  // *where = value

namespace cpu {
Allocation allocate(Device device, std::size_t bytes);  // zero-filled, 64-byte aligned; DeviceError when out of memory
void copy(const Context& context, const ConstTensorView& x, const TensorView& y);  // checked by the caller
}  // namespace cpu

namespace cuda {
Allocation allocate(Device device, std::size_t bytes);
void copy(const Context& context, const ConstTensorView& x, const TensorView& y);  // either side may be the host

int device_count() noexcept;        // 0 if there is none or CUDA does not work
std::string status();               // the text of weir::cuda_status()
bool usable() noexcept;             // false after a sticky error, after which every CUDA call fails
void* stream(Device device);        // this thread's cudaStream_t on the device
void wait(const Context& context);  // waits for all work enqueued with this context
}  // namespace cuda

// Waits until the results of a call are complete; nothing to wait for on the CPU.
inline void finish(const Context& context) {
  if (context.device.is_cuda()) cuda::wait(context);
}

// Calls f(context) with a default context for the device, and waits until the results are complete.
template <class F>
void run_and_wait(Device device, F&& f) {
  const Context context = context_for(device);
  f(context);
  finish(context);
}

}  // namespace weir
