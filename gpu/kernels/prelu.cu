// PReLU. The gradient of a slope is a sum over rows where every feature has a slope of its own; otherwise (one slope for a channel or for
// everything) it is a sum over all elements that share the slope. A run is the consecutive elements of a sample that share one.

#include "gpu/kernels/reduce.cuh"
#include "gpu/kernels/rows.hpp"
#include "layers/prelu_ops.hpp"

namespace weir::cuda {

namespace {

// to = from where x > 0, else slope * from. Forward: from = x, to = y; backward: from = dy, to = dx.
template <class T>
__global__ void pass_kernel(std::int64_t n, PReLURuns runs, const T* x, const T* w, const T* from, T* to) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) {
    to[i] = x[i] > T(0) ? from[i] : w[slope_of(i, runs.slopes, runs.run)] * from[i];
  }
}

template <class T>
struct SlopeTerm {
  const T *x, *dy;
  __device__ T operator()(std::int64_t i) const { return x[i] > T(0) ? T(0) : x[i] * dy[i]; }
};

// Partial sums of the slopes' gradients, to[part][slope]: one block per part of one slope's elements.
template <class T>
__global__ void __launch_bounds__(block_threads) slope_sums_kernel(PReLURuns runs, Parts elements, SlopeTerm<T> term, T* to) {
  for (std::int64_t block = blockIdx.x; block < runs.slopes * elements.parts; block += gridDim.x) {
    const std::int64_t c = block % runs.slopes, part = block / runs.slopes;
    const T total = block_total(strided_sum<T>(elements.begin(part) + threadIdx.x, elements.end(part), block_threads,
                                               [=](std::int64_t k) { return term(place_of_slope(k, c, runs.slopes, runs.run)); }));
    if (threadIdx.x == 0) to[block] = total;
  }
}

template <class T>
void sum_slopes(const Context& context, const PReLURuns& runs, const SlopeTerm<T>& term, T* partial, T* dw) {
  const char* op = "prelu slope gradient";
  if (runs.run == 1) {
    sum_rows(context, op, term, runs.samples, runs.slopes, partial, row_parts(runs.samples, runs.slopes, prelu_chunks * runs.slopes), dw);
    return;
  }
  const Parts elements(runs.samples * runs.run, slope_parts(runs.samples * runs.run, prelu_chunks));
  const std::int64_t blocks = runs.slopes * elements.parts, most = std::int64_t{stream_of(context.device).multiprocessors} * 32;
  const Grid grid{static_cast<unsigned>(blocks < most ? blocks : most), 1, block_threads, 1};
  launch(context, op, slope_sums_kernel<T>, grid, runs, elements, term, elements.parts == 1 ? dw : partial);
  if (elements.parts > 1) {
    launch(context, op, sum_parts_kernel<T>, grid_of(context, runs.slopes), partial, elements.parts, runs.slopes, dw);
  }
}

}  // namespace

void prelu_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& w, const TensorView& y) {
  typed(y.dtype(), [&]<class T>(T) {
    launch(context, "prelu", pass_kernel<T>, grid_of(context, y.elements()), y.elements(), runs_of(x, w), data<T>(x), data<T>(w),
           data<T>(x), data<T>(y));
  });
}

void prelu_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& w, const ConstTensorView& dy,
                    const TensorView& partial_sums, const TensorView& dx, const TensorView& dw) {
  typed(dy.dtype(), [&]<class T>(T) {
    if (!dx.empty()) {
      launch(context, "prelu gradient", pass_kernel<T>, grid_of(context, dx.elements()), dx.elements(), runs_of(x, w), data<T>(x),
             data<T>(w), data<T>(dy), data<T>(dx));
    }
    if (!dw.empty()) sum_slopes<T>(context, runs_of(x, w), {data<T>(x), data<T>(dy)}, data<T>(partial_sums), data<T>(dw));
  });
}

}  // namespace weir::cuda
