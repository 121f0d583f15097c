// Dense: the product with its bias by cuBLASLt, one fused kernel for what the product did not do, one pass for the activation's backward
// and the bias gradient together. A ReLU is in the library's epilogue only where the layer allows it: that one makes 0 of a NaN.

#include <variant>

#include "activations/activation_ops.hpp"
#include "gpu/kernels/launch.cuh"
#include "gpu/kernels/reduce.cuh"
#include "gpu/runtime/products.hpp"
#include "layers/dense_ops.hpp"

namespace weir::cuda {

namespace {

// z += b and y = f(z), row by row; z and y may be one block.
template <class T, class F>
__global__ void bias_and_activation_kernel(std::int64_t count, std::int64_t out, F f, const T* b, T* z, T* y) {
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    const T sum = z[i] + b[i % out];
    z[i] = sum;
    y[i] = f.forward(sum);
  }
}

// How much of y = f(z + b) the library is asked for.
Epilogue forward_epilogue(const DenseForward& args) {
  if (args.b.empty()) return Epilogue::none;
  if (!args.relu_drops_nan) return Epilogue::bias;
  return args.relu_mask.empty() ? Epilogue::relu_bias : Epilogue::relu_mask_bias;
}

// What of y = f(z + b) the product has not done.
void finish_forward(const Context& context, const DenseForward& args, const TensorView& z, Epilogue done) {
  if (done == Epilogue::relu_bias || done == Epilogue::relu_mask_bias) return;
  if (done == Epilogue::bias || args.b.empty()) {
    if (args.f != nullptr) activate(context, *args.f, z, args.y);
    return;
  }
  const std::int64_t count = args.y.elements(), out = args.w.shape()[0];
  const ActivationFunction none = Identity();
  typed(z.dtype(), [&]<class T>(T) {
    std::visit(
        [&](auto f) {
          launch(context, "bias and activation", bias_and_activation_kernel<T, decltype(f)>, grid_of(context, count), count, out, f,
                 data<T>(args.b), data<T>(z), data<T>(args.y));
        },
        args.f != nullptr ? *args.f : none);
  });
}

// dz = f'(.) dy, written and handed on to the sum of its rows.
template <class T, class F>
struct PassAndWrite {
  F f;
  const T *z_or_y, *dy;
  T* dz;
  __device__ T operator()(std::int64_t i) const {
    T value;
    if constexpr (F::needs == Needs::neither) {
      value = f.backward(T(0), dy[i]);
    } else {
      value = f.backward(z_or_y[i], dy[i]);
    }
    dz[i] = value;
    return value;
  }
};

void pass_activation_and_bias(const Context& context, const DenseBackward& args, std::int64_t rows, std::int64_t out) {
  if (args.db.empty()) return activate_backward(context, *args.f, args.z_or_y, args.dy, args.dz);
  const std::int64_t parts = row_parts(rows, out, dense_bias_chunks * out);
  typed(args.dy.dtype(), [&]<class T>(T) {
    const auto sum = [&](const char* op, const auto& value) {
      sum_rows(context, op, value, rows, out, data<T>(args.partial_sums), parts, data<T>(args.db));
    };
    if (args.f == nullptr) return sum("bias gradient", ReadElement<T>{data<T>(args.dy)});
    std::visit(
        [&](auto f) {
          sum("activation and bias gradient", PassAndWrite<T, decltype(f)>{f, data<T>(args.z_or_y), data<T>(args.dy), data<T>(args.dz)});
        },
        *args.f);
  });
}

Product product_of(DType dtype, std::int64_t m, std::int64_t n, std::int64_t k, const void* a, const void* b, void* c) {
  return {.m = m, .n = n, .k = k, .a = a, .b = b, .c = c, .dtype = dtype};
}

}  // namespace

void dense_forward(const Context& context, const DenseForward& args) {
  const std::int64_t out = args.w.shape()[0], in = args.w.shape()[1], rows = args.x.elements() / in;
  const TensorView& z = args.z.empty() ? args.y : args.z;
  Product p = product_of(z.dtype(), rows, out, in, args.x.raw(), args.w.raw(), z.raw());
  p.transpose_b = true;
  p.epilogue = forward_epilogue(args);
  p.bias = const_cast<void*>(args.b.raw());
  p.mask = args.relu_mask.raw();
  const Epilogue done = multiply(context, p);
  if (done == Epilogue::relu_mask_bias) args.dy_epilogue->relu_mask = args.relu_mask.raw();
  finish_forward(context, args, z, done);
}

void dense_backward(const Context& context, const DenseBackward& args) {
  const std::int64_t out = args.w.shape()[0], in = args.w.shape()[1], rows = args.dy.elements() / out;
  const ConstTensorView dz = args.f ? ConstTensorView(args.dz) : args.dy;
  if (args.f || !args.db.empty()) pass_activation_and_bias(context, args, rows, out);
  if (!args.dw.empty()) {
    Product p = product_of(dz.dtype(), out, in, rows, dz.raw(), args.x.raw(), args.dw.raw());
    p.transpose_a = true;
    multiply(context, p);
  }
  if (args.dx.empty()) return;
  Product p = product_of(dz.dtype(), rows, in, out, dz.raw(), args.w.raw(), args.dx.raw());
  GradientEpilogue* const epilogue = args.dx_epilogue;
  if (epilogue && epilogue->relu_mask && epilogue->bias_gradient) {
    p.epilogue = Epilogue::relu_gradient;
    p.bias = epilogue->bias_gradient;
    p.mask = epilogue->relu_mask;
  }
  if (multiply(context, p) == Epilogue::relu_gradient) epilogue->applied = epilogue->summed = true;
}

}  // namespace weir::cuda
