#include <utility>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/tensor.hpp>

#include "core/convert.hpp"
#include "core/memory_ops.hpp"
#include "core/text.hpp"

namespace weir {

Tensor::Tensor(Shape shape, DType dtype, Device device) {
  const auto elements = static_cast<std::size_t>(shape.elements());
  const std::size_t width = size_of(dtype);
  if (elements > SIZE_MAX / 2 / width) {
    throw DeviceError(to_string(device) + ": out of memory: " + to_string(shape) + " of " + to_string(dtype) +
                      " is more than 64 bits count.");
  }
  const Allocation block = (device.is_cuda() ? cuda::allocate : cpu::allocate)(device, elements * width);
  memory_ = {block.data, block.release};
  view_ = TensorView(block.data, shape, dtype, device);
}

Tensor::Tensor(Tensor&& other) noexcept : memory_(std::move(other.memory_)), view_(std::exchange(other.view_, {})) {}

Tensor& Tensor::operator=(Tensor&& other) noexcept {
  memory_ = std::move(other.memory_);
  view_ = std::exchange(other.view_, {});
  return *this;
}

Tensor Tensor::from(const void* values, std::size_t count, Shape shape, DType dtype) {
  if (static_cast<std::int64_t>(count) != shape.elements()) {
    throw ShapeError("tensor: got " + std::to_string(count) + " values, " + to_string(shape) + " needs " +
                     std::to_string(shape.elements()) + ". Give as many values as the shape has elements.");
  }
  return weir::clone(ConstTensorView(values, shape, dtype));
}

std::size_t Tensor::bytes() const { return static_cast<std::size_t>(elements()) * size_of(dtype()); }

Tensor Tensor::clone() const { return weir::clone(view_); }

Tensor Tensor::to(Device device) const {
  if (empty()) return {};
  Tensor result(shape(), dtype(), device);
  copy(view_, result);
  return result;
}

Tensor Tensor::to(DType dtype) const {
  if (empty() || dtype == this->dtype()) return clone();
  if (dtype == DType::bf16 || this->dtype() == DType::bf16) {
    throw ConfigError("to: cannot convert " + to_string(this->dtype()) + " to " + to_string(dtype) +
                      ": bf16 is storage on a CUDA device. Convert between f32, f64, i32, i64 and u8.");
  }
  Tensor result(shape(), dtype, device());
  const std::int64_t misfit = convert(view_, result);
  if (misfit < 0) return result;
  throw NumericError("to: element " + with_commas(misfit) + " is " + element_text(view_, misfit) + ", expected " + range_text(dtype) +
                     " for " + to_string(dtype) + ". Correct the number, or convert to a wider type.");
}

Tensor clone(ConstTensorView view) {
  if (view.empty()) return {};
  Tensor result(view.shape(), view.dtype(), view.device());
  copy(view, result);
  return result;
}

}  // namespace weir
