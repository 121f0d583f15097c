#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>

#include <weir/core/tensor_view.hpp>

namespace weir {

// An owning, contiguous, row-major block on one device, filled with zeros when made. Move-only: a copy is spelled clone() or to().
// Host memory begins on a 64-byte boundary. Throws DeviceError when memory runs out (wanted bytes in the message).
class Tensor {
 public:
  Tensor() = default;  // no data
  explicit Tensor(Shape shape, DType dtype = DType::f32, Device device = Device::cpu());

  template <class T>
  static Tensor from(std::span<const T> values, Shape shape);  // copies; ShapeError when the counts differ
  template <class T>
  static Tensor from(std::initializer_list<T> values, Shape shape) {
    return from(std::span<const T>(values.begin(), values.size()), shape);
  }

  Tensor(Tensor&& other) noexcept;  // leaves other without data
  Tensor& operator=(Tensor&& other) noexcept;
  ~Tensor() = default;

  const Shape& shape() const { return view_.shape(); }
  DType dtype() const { return view_.dtype(); }
  Device device() const { return view_.device(); }
  std::int64_t elements() const { return view_.elements(); }
  std::size_t bytes() const;
  bool empty() const { return view_.empty(); }

  TensorView view() { return view_; }
  ConstTensorView view() const { return view_; }
  operator TensorView() { return view_; }
  operator ConstTensorView() const { return view_; }

  // The elements as T, on the host; throws as TensorView::values.
  template <class T>
  std::span<T> values() {
    return view_.values<T>();
  }
  template <class T>
  std::span<const T> values() const {
    return ConstTensorView(view_).values<T>();
  }

  Tensor clone() const;            // the same block again, on the same device
  Tensor to(Device device) const;  // a copy on another device
  // A copy in another type, on the host: f32 and f64 are rounded to the nearest; NumericError names the first number that whole numbers
  // of the type cannot hold exactly (2.5, 300 as u8). ConfigError for bf16.
  Tensor to(DType dtype) const;

 private:
  std::unique_ptr<void, void (*)(void*)> memory_{nullptr, nullptr};  // knows how to free itself
  TensorView view_;
};

// The same elements copied into an owning tensor on the host or a device.
Tensor clone(ConstTensorView view);

}  // namespace weir
