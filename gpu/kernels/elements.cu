// fill, add, write_number, set_loss_gradient, and the layers Add and Multiply: from left to right, the CPU's order, so that the result is
// bit-identical.

#include <weir/core/error.hpp>

#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"
#include "gpu/kernels/map.cuh"
#include "layers/add_multiply_ops.hpp"

namespace weir::cuda {

namespace {

template <class T>
struct Constant {
  T value;
  __device__ T operator()() const { return value; }
};

struct Plus {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};

template <class T>
void fill_with(const Context& context, const TensorView& y, double value) {
  map(context, "fill", y.elements(), Constant<T>{static_cast<T>(value)}, data<T>(y));
}

template <class T>
struct Blocks {
  static constexpr int max_count = 32;
  const T* at[max_count];
  int count = 0;
};

// Adds from left to right. Element i of every block is read before y[i] is written, so y may be one of the blocks.
template <class T>
__global__ void add_blocks_kernel(std::int64_t n, Blocks<T> blocks, T* y) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) {
    T sum = blocks.at[0][i];
    for (int b = 1; b < blocks.count; ++b) sum += blocks.at[b][i];
    y[i] = sum;
  }
}

__global__ void write_number_kernel(std::uint64_t* where, std::uint64_t value) { *where = value; }

template <class T>
__global__ void set_loss_gradient_kernel(std::int64_t batch, const T* sample_weights, double weight, T* dy) {
  for (std::int64_t i = thread_index(); i < batch; i += thread_count()) {
    dy[i] = static_cast<T>(weight * (sample_weights ? static_cast<double>(sample_weights[i]) : 1.0) / static_cast<double>(batch));
  }
}

struct Times {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a * b;
  }
};

template <class T>
void multiply_by(const Context& context, const char* op, const T* a, const ConstTensorView& b, const TensorView& y) {
  map(context, op, y.elements(), Times(), data<T>(y), a, data<T>(b));
}

}  // namespace

void fill(const Context& context, const TensorView& y, double value) {
  const bool filled = typed_any(y.dtype(), [&](auto t) { fill_with<decltype(t)>(context, y, value); });
  if (!filled) throw ConfigError("fill: got bf16, which nothing computes with yet. Use f32 or f64.");
}

void write_number(const Context& context, std::uint64_t* where, std::uint64_t value) {
  launch(context, "write_number", write_number_kernel, Grid{}, where, value);
}

void add(const Context& context, const ConstTensorView& a, const ConstTensorView& b, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) { map(context, "add", y.elements(), Plus(), data<T>(y), data<T>(a), data<T>(b)); });
}

void add_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    if (x.size() == 2) return map(context, "add", y.elements(), Plus(), data<T>(y), data<T>(x[0]), data<T>(x[1]));
    if (x.size() > Blocks<T>::max_count) {
      throw DeviceError("add: got " + std::to_string(x.size()) + " blocks, " + to_string(context.device) + " adds at most " +
                        std::to_string(Blocks<T>::max_count) + " at once. Use several Add layers.");
    }
    Blocks<T> blocks;
    for (const ConstTensorView& block : x) blocks.at[blocks.count++] = data<T>(block);
    launch(context, "add", add_blocks_kernel<T>, grid_of(context, y.elements()), y.elements(), blocks, data<T>(y));
  });
}

void set_loss_gradient(const Context& context, const ConstTensorView& sample_weights, double weight, const TensorView& dy) {
  typed(dy.dtype(), [&]<class T>(T) {
    launch(context, "set_loss_gradient", set_loss_gradient_kernel<T>, grid_of(context, dy.elements()), dy.elements(),
           data<T>(sample_weights), weight, data<T>(dy));
  });
}

void multiply_forward(const Context& context, std::span<const ConstTensorView> x, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    const T* so_far = data<T>(x[0]);
    for (const ConstTensorView& factor : x.subspan(1)) {
      multiply_by<T>(context, "multiply", so_far, factor, y);
      so_far = data<T>(y);
    }
  });
}

void multiply_backward(const Context& context, std::span<const ConstTensorView> x, const ConstTensorView& dy,
                       std::span<const TensorView> dx) {
  typed(dy.dtype(), [&]<class T>(T) {
    for (std::size_t i = 0; i < dx.size(); ++i) {
      if (dx[i].empty()) continue;
      const T* so_far = data<T>(dy);
      for (std::size_t other = 0; other < x.size(); ++other) {
        if (other == i) continue;
        multiply_by<T>(context, "multiply gradient", so_far, x[other], dx[i]);
        so_far = data<T>(dx[i]);
      }
    }
  });
}

}  // namespace weir::cuda
