#pragma once

#include <cstdint>
#include <span>

#include <weir/core/device.hpp>
#include <weir/core/dtype.hpp>
#include <weir/core/shape.hpp>

namespace weir {

namespace detail {
void require_host(Device device, DType got, DType asked);  // throws DeviceError, ConfigError
}

// A view of a contiguous row-major block that may be written; does not own the memory and is cheap to copy. As an argument an empty view
// (no data) means "not wanted".
class TensorView {
 public:
  TensorView() = default;
  TensorView(void* data, Shape shape, DType dtype, Device device = Device::cpu())
      : data_(data), shape_(shape), dtype_(dtype), device_(device) {}
  template <class T>
  TensorView(T* data, Shape shape) : TensorView(data, shape, dtype_of<T>()) {}

  void* raw() const { return data_; }
  const Shape& shape() const& { return shape_; }
  Shape shape() const&& { return shape_; }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }
  std::int64_t elements() const { return shape_.elements(); }
  bool empty() const { return data_ == nullptr; }

  // The elements as T, on the host. Throws ConfigError when T is not the dtype, DeviceError when the block is not on the CPU.
  template <class T>
  std::span<T> values() const {
    detail::require_host(device_, dtype_, dtype_of<T>());
    return {static_cast<T*>(data_), static_cast<std::size_t>(elements())};
  }

  TensorView reshaped(Shape shape) const;                         // same elements; ShapeError when the counts differ
  TensorView rows(std::int64_t begin, std::int64_t count) const;  // a range of the outermost axis; ShapeError outside it

 private:
  void* data_ = nullptr;
  Shape shape_ = Shape{0};
  DType dtype_ = DType::f32;
  Device device_;
};

// A read-only TensorView, to which every TensorView converts.
class ConstTensorView {
 public:
  ConstTensorView() = default;
  ConstTensorView(const TensorView& view) : data_(view.raw()), shape_(view.shape()), dtype_(view.dtype()), device_(view.device()) {}
  ConstTensorView(const void* data, Shape shape, DType dtype, Device device = Device::cpu())
      : data_(data), shape_(shape), dtype_(dtype), device_(device) {}
  template <class T>
  ConstTensorView(const T* data, Shape shape) : ConstTensorView(data, shape, dtype_of<T>()) {}

  const void* raw() const { return data_; }
  const Shape& shape() const& { return shape_; }
  Shape shape() const&& { return shape_; }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }
  std::int64_t elements() const { return shape_.elements(); }
  bool empty() const { return data_ == nullptr; }

  template <class T>
  std::span<const T> values() const {
    detail::require_host(device_, dtype_, dtype_of<T>());
    return {static_cast<const T*>(data_), static_cast<std::size_t>(elements())};
  }

  ConstTensorView reshaped(Shape shape) const;
  ConstTensorView rows(std::int64_t begin, std::int64_t count) const;

 private:
  const void* data_ = nullptr;
  Shape shape_ = Shape{0};
  DType dtype_ = DType::f32;
  Device device_;
};

}  // namespace weir
