#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Memory of a device, and what moves and fills it.

namespace weir {

// A block that knows how to free itself.
struct Allocation {
  void* data = nullptr;
  void (*release)(void*) = nullptr;
};

namespace cpu {
Allocation allocate(Device device, std::size_t bytes);  // zero-filled, on a 64-byte boundary; DeviceError when there is none
void copy(const Context& context, const ConstTensorView& x, const TensorView& y);  // checked by the caller
void fill(const Context& context, const TensorView& y, double value);
void write_number(const Context& context, std::uint64_t* where, std::uint64_t value);  // *where = value
}  // namespace cpu

namespace cuda {
Allocation allocate(Device device, std::size_t bytes);
void copy(const Context& context, const ConstTensorView& x, const TensorView& y);  // either side may be the host
void fill(const Context& context, const TensorView& y, double value);
void write_number(const Context& context, std::uint64_t* where, std::uint64_t value);

int device_count() noexcept;        // 0 when there is none, for whatever reason
std::string status();               // which there are, or why there is none
bool usable() noexcept;             // false after an error that a device does not recover from
void* stream(Device device);        // this thread's queue of work on the device
void wait(const Context& context);  // until the work that was enqueued with this context is done
}  // namespace cuda

// What a call that promises a finished result ends with.
inline void finish(const Context& context) {
  if (context.device.is_cuda()) cuda::wait(context);
}

}  // namespace weir
