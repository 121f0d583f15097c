#include <cstdint>
#include <string>

#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>

#include "core/array_ops.hpp"
#include "core/convert.hpp"
#include "core/cpu/standard_floats.hpp"
#include "core/memory_ops.hpp"
#include "core/text.hpp"

namespace weir {

namespace {

void require_compute(const char* who, const ConstTensorView& view, DType dtype) {
  if (dtype != DType::f32 && dtype != DType::f64) {
    throw ConfigError(std::string(who) + ": got " + to_string(dtype) + ", expected f32 or f64. Convert with Tensor::to(DType).");
  }
  if (view.dtype() != dtype) {
    throw ConfigError(std::string(who) + ": got " + to_string(dtype) + " and " + to_string(view.dtype()) +
                      ", expected one dtype. Convert with Tensor::to(DType).");
  }
}

void require_device(const char* who, const Context& context, const ConstTensorView& view) {
  if (view.device() != context.device) {
    throw DeviceError(std::string(who) + ": got a block on " + to_string(view.device()) + ", expected " + to_string(context.device) +
                      ". Copy it with Tensor::to(Device).");
  }
}

}  // namespace

Context context_for(Device device) {
  Context context;
  context.device = device;
  context.threads = num_threads();
  if (device.is_cuda()) context.stream = cuda::stream(device);
  return context;
}

void matmul(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, MatmulOptions options) {
  for (const ConstTensorView& view : {a, b, ConstTensorView(c)}) {
    require_compute("matmul", view, a.dtype());
    require_device("matmul", context, view);
    if (view.shape().rank() != 2) {
      throw ShapeError("matmul: got " + to_string(view.shape()) + ", expected a matrix of two dimensions. Use reshaped().");
    }
  }
  const std::int64_t m = a.shape()[options.transpose_a ? 1 : 0], k = a.shape()[options.transpose_a ? 0 : 1];
  const std::int64_t n = b.shape()[options.transpose_b ? 0 : 1], kb = b.shape()[options.transpose_b ? 1 : 0];
  if (k != kb || c.shape() != Shape{m, n}) {
    throw ShapeError("matmul: got " + to_string(a.shape()) + (options.transpose_a ? " transposed" : "") + " times " + to_string(b.shape()) +
                     (options.transpose_b ? " transposed" : "") + " into " + to_string(c.shape()) +
                     ", expected [m, k] times [k, n] into [m, n].");
  }
  on_device::matmul(context, a, b, c, options);
}

void matmul(const ConstTensorView& a, const ConstTensorView& b, const TensorView& c, MatmulOptions options) {
  run_and_wait(c.device(), [&](const Context& context) { matmul(context, a, b, c, options); });
}

void reduce_sum(const Context& context, const ConstTensorView& x, const TensorView& y) {
  const cpu::StandardFloats standard;
  require_compute("reduce_sum", y, x.dtype());
  require_device("reduce_sum", context, x);
  require_device("reduce_sum", context, y);
  if (y.shape().rank() != 0 && (x.shape().rank() == 0 || y.shape() != x.shape().without_front())) {
    throw ShapeError("reduce_sum: got " + to_string(x.shape()) + " into " + to_string(y.shape()) +
                     ", expected the same without the first dimension, or [].");
  }
  on_device::reduce_sum(context, x, y);
}

void reduce_sum(const ConstTensorView& x, const TensorView& y) {
  run_and_wait(y.device(), [&](const Context& context) { reduce_sum(context, x, y); });
}

void copy(const Context& context, const ConstTensorView& x, const TensorView& y) {
  if (x.dtype() != y.dtype()) {
    throw ConfigError("copy: got " + to_string(x.dtype()) + " into " + to_string(y.dtype()) +
                      ", expected one dtype. Convert with Tensor::to(DType).");
  }
  if (x.elements() != y.elements()) {
    throw ShapeError("copy: got " + to_string(x.shape()) + " into " + to_string(y.shape()) + ", expected as many elements.");
  }
  (x.device().is_cuda() || y.device().is_cuda() ? cuda::copy : cpu::copy)(context, x, y);
}

void copy(const ConstTensorView& x, const TensorView& y) {
  run_and_wait(x.device().is_cuda() ? x.device() : y.device(), [&](const Context& context) { copy(context, x, y); });
}

void fill(const Context& context, const TensorView& y, double value) {
  const cpu::StandardFloats standard;
  require_device("fill", context, y);
  const std::string range = range_text(y.dtype());
  std::int64_t held = 0;
  if (!range.empty() && convert(ConstTensorView(&value, Shape{}), TensorView(&held, Shape{}, y.dtype())) >= 0) {
    throw ConfigError("fill: got " + number_text(value) + ", expected " + range + " for " + to_string(y.dtype()) + ". Give one that fits.");
  }
  on_device::fill(context, y, value);
}

void fill(const TensorView& y, double value) {
  run_and_wait(y.device(), [&](const Context& context) { fill(context, y, value); });
}

}  // namespace weir
