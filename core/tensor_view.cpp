#include <cstddef>
#include <string>

#include <weir/core/error.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

namespace detail {
void require_host(Device device, DType got, DType asked) {
  if (!device.is_cpu()) {
    throw DeviceError("values: the block is on " + to_string(device) + ", expected cpu. Copy it with to(Device::cpu()) first.");
  }
  if (got != asked) {
    throw ConfigError("values: the block holds " + to_string(got) + ", asked for as " + to_string(asked) + ". Ask for " + to_string(got) +
                      " or convert it with to(DType).");
  }
}
}  // namespace detail

namespace {

template <class View>
View reshape(const View& view, const Shape& shape) {
  if (shape.elements() != view.elements()) {
    throw ShapeError("reshaped: " + to_string(view.shape()) + " holds " + std::to_string(view.elements()) + " elements, " +
                     to_string(shape) + " needs " + std::to_string(shape.elements()) + ". Use a shape with as many.");
  }
  return View(view.raw(), shape, view.dtype(), view.device());
}

template <class View, class Byte>
View take_rows(const View& view, std::int64_t begin, std::int64_t count) {
  const std::int64_t rows = view.shape().rank() == 0 ? 0 : view.shape()[0];
  if (begin < 0 || count < 0 || begin > rows || count > rows - begin) {
    throw ShapeError("rows: " + std::to_string(count) + " from " + std::to_string(begin) + " asked for, " + to_string(view.shape()) +
                     " has " + std::to_string(rows) + ". Stay inside.");
  }
  const Shape row = view.shape().without_front();
  const std::int64_t offset = begin * row.elements() * static_cast<std::int64_t>(size_of(view.dtype()));
  return View(static_cast<Byte*>(view.raw()) + offset, row.with_front(count), view.dtype(), view.device());
}

}  // namespace

TensorView TensorView::reshaped(Shape shape) const { return reshape(*this, shape); }
ConstTensorView ConstTensorView::reshaped(Shape shape) const { return reshape(*this, shape); }

TensorView TensorView::rows(std::int64_t begin, std::int64_t count) const { return take_rows<TensorView, std::byte>(*this, begin, count); }
ConstTensorView ConstTensorView::rows(std::int64_t begin, std::int64_t count) const {
  return take_rows<ConstTensorView, const std::byte>(*this, begin, count);
}

}  // namespace weir
