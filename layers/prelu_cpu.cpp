#include <algorithm>

#include "core/cpu/lanes.hpp"
#include "core/cpu/vectorized.hpp"
#include "core/typed.hpp"
#include "layers/prelu_ops.hpp"

namespace weir::cpu {

namespace {

// Calls f(begin, end, chunk) for chunks of samples, in parallel. There are at most prelu_chunks; their size depends on the shape alone.
template <class F>
void over_chunks(const Context& context, const PReLURuns& runs, F&& f) {
  constexpr std::int64_t chunk_elements = 8192;
  const std::int64_t width = std::max<std::int64_t>(1, runs.slopes * runs.run);
  const std::int64_t chunk = std::max(ceil_div(runs.samples, prelu_chunks), ceil_div(chunk_elements, width));
  vectorized_for(context, ceil_div(runs.samples, chunk), [&](std::int64_t i) { f(i * chunk, std::min(runs.samples, (i + 1) * chunk), i); });
}

}  // namespace

void prelu_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& w, const TensorView& y) {
  const PReLURuns runs = runs_of(x, w);
  typed(y.dtype(), [&]<class T>(T) {
    over_chunks(context, runs, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
      for (std::int64_t i = begin * runs.slopes; i < end * runs.slopes; ++i) {
        const T slope = data<T>(w)[i % runs.slopes];
        const T* from = data<T>(x) + i * runs.run;
        T* to = data<T>(y) + i * runs.run;
        for (std::int64_t j = 0; j < runs.run; ++j) to[j] = from[j] > T(0) ? from[j] : slope * from[j];
      }
    });
  });
}

void prelu_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& w, const ConstTensorView& dy,
                    const TensorView& partial_sums, const TensorView& dx, const TensorView& dw) {
  const PReLURuns runs = runs_of(x, w);
  typed(dy.dtype(), [&]<class T>(T) {
    T* sums = data<T>(partial_sums);
    std::fill_n(sums, partial_sums.elements(), T(0));
    over_chunks(context, runs, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk) {
      for (std::int64_t i = begin * runs.slopes; i < end * runs.slopes; ++i) {
        const T slope = data<T>(w)[i % runs.slopes];
        const T *x_run = data<T>(x) + i * runs.run, *dy_run = data<T>(dy) + i * runs.run;
        if (!dw.empty()) {
          sums[chunk * runs.slopes + i % runs.slopes] +=
              lane_sum<T>(runs.run, [=](std::int64_t j) { return x_run[j] > T(0) ? T(0) : x_run[j] * dy_run[j]; });
        }
        if (dx.empty()) continue;
        T* dx_run = data<T>(dx) + i * runs.run;
        for (std::int64_t j = 0; j < runs.run; ++j) dx_run[j] = x_run[j] > T(0) ? dy_run[j] : slope * dy_run[j];
      }
    });
    if (dw.empty()) return;
    for (std::int64_t c = 0; c < runs.slopes; ++c) {
      T total = 0;
      for (std::int64_t chunk = 0; chunk < prelu_chunks; ++chunk) total += sums[chunk * runs.slopes + c];
      data<T>(dw)[c] = total;
    }
  });
}

}  // namespace weir::cpu
