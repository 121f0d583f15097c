#pragma once

#include <cstddef>

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
}  // namespace cpu

namespace cuda {
Allocation allocate(Device device, std::size_t bytes);
void copy(const Context& context, const ConstTensorView& x, const TensorView& y);  // either side may be the host
void fill(const Context& context, const TensorView& y, double value);

int device_count() noexcept;    // 0 when there is none, for whatever reason
const char* status() noexcept;  // why; lives as long as the program
}  // namespace cuda

}  // namespace weir
