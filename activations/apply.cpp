#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"  // sigmoid and tanh in double are calls: those loops stay as they are
#endif

#include <algorithm>
#include <cstdint>

#include "activations/apply.hpp"
#include "core/stream.hpp"
#include "core/vectorized.hpp"

namespace weir::cpu {

namespace {

// to[i] = value(begin + i) for `count` elements in any order: none reads another's result. Every activation's loop is this.
template <class T, class F>
inline void write_range(T* to, std::int64_t begin, std::int64_t count, const F& value) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) to[i] = value(begin + i);
}

// The same past the caches: by blocks that stay in the nearest one, from the first element that begins a cache line on. The size of a block
// is measured, on one thread of a Zen 4: those of 1 and 4 KiB give 42 and 50 GB/s where one array is read, 43 and 36 where two are.
template <int Reads, class T, class F>
inline void stream_range(T* to, std::int64_t end, const F& value) {
  constexpr std::int64_t block_elements = (Reads == 1 ? 4096 : 1024) / sizeof(T), line_elements = cache_line / sizeof(T);
  alignas(cache_line) T block[block_elements];
  const auto beyond = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(to) % cache_line / sizeof(T));
  std::int64_t at = std::min(end, (line_elements - beyond) % line_elements);
  write_range(to, 0, at, value);
  for (; at + block_elements <= end; at += block_elements) {
    write_range(block, at, block_elements, value);
    stream_lines(block, to + at, block_elements / line_elements);
  }
  const std::int64_t lines = (end - at) / line_elements, rest = lines * line_elements;
  write_range(block, at, rest, value);
  stream_lines(block, to + at, static_cast<std::size_t>(lines));
  at += rest;
  write_range(to + at, at, end - at, value);
  stream_end();
}

// Reads: from how many arrays value takes its operands.
template <int Reads, class T, class F>
void write_each(Store store, T* to, std::int64_t n, const F& value) {
  vectorized([&, store, to, n] { store == Store::cached ? write_range(to, 0, n, value) : stream_range<Reads>(to, n, value); });
}

}  // namespace

template <class T>
void apply_forward(const ActivationFunction& function, const T* x, T* y, std::int64_t n, Store store) {
  std::visit([=](auto f) { write_each<1>(store, y, n, [=](std::int64_t i) { return f.forward(x[i]); }); }, function);
}

template <class T>
void apply_backward(const ActivationFunction& function, const T* x_or_y, const T* dy, T* dx, std::int64_t n, Store store) {
  std::visit(
      [=](auto f) {
        if constexpr (f.needs == Needs::neither) {
          write_each<1>(store, dx, n, [=](std::int64_t i) { return f.backward(T(0), dy[i]); });
        } else {
          write_each<2>(store, dx, n, [=](std::int64_t i) { return f.backward(x_or_y[i], dy[i]); });
        }
      },
      function);
}

template <class T>
void apply_relu_grad(const T* x, T* g, std::int64_t n, Store store) {
  write_each<1>(store, g, n, [=](std::int64_t i) { return ReLU().backward(x[i], T(1)); });
}

template void apply_forward(const ActivationFunction&, const float*, float*, std::int64_t, Store);
template void apply_forward(const ActivationFunction&, const double*, double*, std::int64_t, Store);
template void apply_backward(const ActivationFunction&, const float*, const float*, float*, std::int64_t, Store);
template void apply_backward(const ActivationFunction&, const double*, const double*, double*, std::int64_t, Store);
template void apply_relu_grad(const float*, float*, std::int64_t, Store);
template void apply_relu_grad(const double*, double*, std::int64_t, Store);

}  // namespace weir::cpu
