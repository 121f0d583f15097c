#pragma once

#include <span>
#include <type_traits>
#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// A few plain values that host and device both look at; one block on the CPU, two and a copy between them elsewhere.
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
  Tensor device_;  // no data on the CPU
};

}  // namespace weir
