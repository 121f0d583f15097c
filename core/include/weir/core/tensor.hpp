#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>

#include <weir/core/tensor_view.hpp>

namespace weir {

// An owning, contiguous, row-major tensor on one device, initially all zeros. Move-only: copy with clone() or to(). Host memory is 64-byte
// aligned. Throws DeviceError with the bytes wanted when memory runs out.
class Tensor {
 public:
  Tensor() = default;  // no data
  explicit Tensor(Shape shape, DType dtype = DType::f32, Device device = Device::cpu());

  template <class T>
  static Tensor from(std::span<const T> values, Shape shape) {  // copies; ShapeError when the counts differ
    return from(values.data(), values.size(), shape, dtype_of<T>());
  }
  template <class T>
  static Tensor from(std::initializer_list<T> values, Shape shape) {
    return from(std::span<const T>(values.begin(), values.size()), shape);
  }

  Tensor(Tensor&& other) noexcept;  // leaves other without data
  Tensor& operator=(Tensor&& other) noexcept;
  ~Tensor() = default;

  const Shape& shape() const& { return view_.shape(); }
  Shape shape() const&& { return view_.shape(); }
  DType dtype() const { return view_.dtype(); }
  Device device() const { return view_.device(); }
  std::int64_t elements() const { return view_.elements(); }
  std::size_t bytes() const;
  bool empty() const { return view_.empty(); }

  // A temporary has no view() and values(), which would outlive it; it still converts to a view, as an argument of a function.
  TensorView view() & { return view_; }
  ConstTensorView view() const& { return view_; }
  ConstTensorView view() const&& = delete;
  operator TensorView() { return view_; }
  operator ConstTensorView() const { return view_; }

  // The elements as T, on the host; throws as TensorView::values.
  template <class T>
  std::span<T> values() & {
    return view_.values<T>();
  }
  template <class T>
  std::span<const T> values() const& {
    return ConstTensorView(view_).values<T>();
  }
  template <class T>
  std::span<const T> values() const&& = delete;

  Tensor clone() const;            // a copy on the same device
  Tensor to(Device device) const;  // a copy on another device
  // A copy in another dtype, on the host. f32 and f64 are rounded to nearest; NumericError names the first number that an integer dtype
  // cannot hold exactly (2.5, 300 as u8). ConfigError for bf16.
  Tensor to(DType dtype) const;

 private:
  static Tensor from(const void* values, std::size_t count, Shape shape, DType dtype);

  std::unique_ptr<void, void (*)(void*)> memory_{nullptr, nullptr};  // with the deleter of its device
  TensorView view_;
};

// The same elements copied into an owning tensor on the host or a device.
Tensor clone(ConstTensorView view);

}  // namespace weir
