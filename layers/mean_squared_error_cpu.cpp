#include <algorithm>
#include <weir/core/parallel.hpp>

#include "core/typed.hpp"
#include "layers/lanes.hpp"
#include "layers/mean_squared_error_ops.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t tile_elements = 16 * 1024;
constexpr std::int64_t block = 1024;  // elements summed in T; blocks are summed in double

template <class T>
double squared_distance(const T* x, const T* t, std::int64_t count) {
  double total = 0;
  for (std::int64_t at = 0; at < count; at += block) {
    total += static_cast<double>(lane_sum<T>(std::min(block, count - at), [x = x + at, t = t + at](std::int64_t i) {
      const T d = x[i] - t[i];
      return d * d;
    }));
  }
  return total;
}

// Calls f(sample) for every sample, tiles of samples side by side.
template <class F>
void over_samples(const Context& context, std::int64_t samples, std::int64_t features, F&& f) {
  const std::int64_t tile_samples = ceil_div(tile_elements, features);
  parallel_for(context, ceil_div(samples, tile_samples), [&](std::int64_t tile) {
    const std::int64_t end = std::min(samples, (tile + 1) * tile_samples);
    for (std::int64_t sample = tile * tile_samples; sample < end; ++sample) f(sample);
  });
}

// d = g (x - t).
template <class T>
void scaled_difference(T g, const T* x, const T* t, T* d, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) d[i] = g * (x[i] - t[i]);
}

}  // namespace

void mean_squared_error_forward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const TensorView& y) {
  const std::int64_t samples = y.elements(), features = samples == 0 ? 1 : x.elements() / samples;
  typed(y.dtype(), [&](auto type) {
    using T = decltype(type);
    over_samples(context, samples, features, [&](std::int64_t i) {
      const double total = squared_distance(data<T>(x) + i * features, data<T>(t) + i * features, features);
      data<T>(y)[i] = static_cast<T>(total / static_cast<double>(features));
    });
  });
}

void mean_squared_error_backward(const Context& context, const ConstTensorView& x, const ConstTensorView& t, const ConstTensorView& dy,
                                 const TensorView& dx, const TensorView& dt) {
  const std::int64_t samples = dy.elements(), features = samples == 0 ? 1 : x.elements() / samples;
  typed(dy.dtype(), [&](auto type) {
    using T = decltype(type);
    over_samples(context, samples, features, [&](std::int64_t i) {
      const std::int64_t at = i * features;
      const T g = data<T>(dy)[i] * (T(2) / static_cast<T>(features));
      if (!dx.empty()) scaled_difference(g, data<T>(x) + at, data<T>(t) + at, data<T>(dx) + at, features);
      if (!dt.empty()) scaled_difference(g, data<T>(t) + at, data<T>(x) + at, data<T>(dt) + at, features);
    });
  });
}

}  // namespace weir::cpu
