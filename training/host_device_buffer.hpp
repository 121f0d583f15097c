#pragma once

#include <span>
#include <type_traits>
#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// A few plain values that both the host and the device use. On the CPU it is one block of memory; for a GPU there are two, and push (host
// to device) and pull (device to host) copy between them.
template <class T>
class HostDeviceBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  HostDeviceBuffer(Device device, std::size_t count)
      : count_(count),
        host_(Shape{static_cast<std::int64_t>(count * sizeof(T))}, DType::u8),
        device_(device.is_cpu() ? Tensor() : Tensor(host_.shape(), DType::u8, device)) {
    for (T& value : host()) value = T{};
  }

  std::span<T> host() { return {static_cast<T*>(host_.view().raw()), count_}; }
  T* on_device() { return static_cast<T*>((device_.empty() ? host_ : device_).view().raw()); }

  void push(const Context& context) {
    if (!device_.empty()) copy(context, host_, device_);
  }
  void pull(const Context& context) {
    if (!device_.empty()) copy(context, device_, host_);
  }

 private:
  std::size_t count_;
  Tensor host_;
  Tensor device_;  // empty on the CPU
};

}  // namespace weir
