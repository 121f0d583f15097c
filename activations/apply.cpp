#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"  // "loop not vectorized": sigmoid and tanh in double call the library
#endif

#include <algorithm>

#include "activations/apply.hpp"
#include "core/cpu/stream.hpp"
#include "core/cpu/vectorized.hpp"

namespace weir::cpu {

namespace {

// to[i] = value(begin + i) for i in [0, count): the one loop of all activations. `omp simd` is allowed as no element depends on another.
template <class T, class F>
inline void write_range(T* to, std::int64_t begin, std::int64_t count, const F& value) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) to[i] = value(begin + i);
}

// The address `bytes` after x, for a prefetch only: it may lie beyond the array, so it is computed as an integer.
inline const void* line_ahead(const void* x, std::int64_t bytes) {
  return reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(x) + static_cast<std::uintptr_t>(bytes));
}

// Number of elements (at most n) before the first 64-byte boundary in `to`.
template <class T>
inline std::int64_t elements_before_line(const T* to, std::int64_t n) {
  constexpr std::int64_t line_elements = cache_line / sizeof(T);
  const auto offset = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(to) % cache_line / sizeof(T));
  return std::min(n, (line_elements - offset) % line_elements);
}

// write_range with its vector stores aligned to cache lines, as a store across two lines costs two. Prefetch: also prefetches the lines of
// the result and of the operands 2 KiB ahead, for arrays that exceed L2.
template <bool Prefetch, class T, class F, class... Operands>
inline void write_lines(T* to, std::int64_t n, const F& value, const Operands*... operands) {
  constexpr std::int64_t line_bytes = cache_line, bytes = 4 * line_bytes, step = bytes / sizeof(T), bytes_ahead = 2048;
  std::int64_t at = elements_before_line(to, n);
  write_range(to, 0, at, value);
  for (; at + step <= n; at += step) {
    if constexpr (Prefetch) {
#pragma GCC unroll 4
      for (std::int64_t byte = bytes_ahead; byte < bytes_ahead + bytes; byte += line_bytes) {
        (__builtin_prefetch(line_ahead(operands + at, byte)), ...);
        __builtin_prefetch(line_ahead(to + at, byte), 1);
      }
    }
    write_range(to + at, at, step, value);
  }
  write_range(to + at, at, n - at, value);
}

// write_range with non-temporal stores, a cache line at a time. The operands that `value` reads are prefetched 4 KiB ahead, because
// hardware prefetchers stop at each page boundary.
template <class T, class F, class... Operands>
inline void stream_range(T* to, std::int64_t end, const F& value, const Operands*... operands) {
  constexpr std::int64_t line_elements = cache_line / sizeof(T), bytes_ahead = 4096;
  std::int64_t at = elements_before_line(to, end);
  write_range(to, 0, at, value);
  for (; at + line_elements <= end; at += line_elements) {
    (__builtin_prefetch(line_ahead(operands + at, bytes_ahead)), ...);
    alignas(cache_line) T line[line_elements];
    write_range(line, at, line_elements, value);
    stream_line(line, to + at);
  }
  write_range(to + at, at, end - at, value);
  stream_end();
}

// to[i] = value(i) for i in [begin, begin + n); value(i) reads element i of each operand (given here so that it can be prefetched).
template <class T, class F, class... Operands>
inline void write_row(Store store, T* to, std::int64_t begin, std::int64_t n, const F& value, const Operands*... operands) {
  const auto from_begin = [&](std::int64_t i) { return value(begin + i); };
  switch (store) {
    case Store::cached:
      return write_lines<false>(to + begin, n, from_begin);
    case Store::prefetched:
      return write_lines<true>(to + begin, n, from_begin, operands + begin...);
    case Store::streamed:
      return stream_range(to + begin, n, from_begin, operands + begin...);
  }
}

// write_row for each row; rows without gaps between them are written as a single one.
template <class T, class F, class... Operands>
void write_each(Store store, T* to, const StridedRows& rows, const F& value, const Operands*... operands) {
  vectorized([&, store, to, rows] {
    const bool contiguous = rows.length == rows.stride;
    const std::int64_t count = contiguous ? 1 : rows.count, length = contiguous ? rows.count * rows.length : rows.length;
    for (std::int64_t row = 0; row < count; ++row) write_row(store, to, row * rows.stride, length, value, operands...);
  });
}

}  // namespace

template <class T>
void apply_forward(const ActivationFunction& function, const T* x, T* y, const StridedRows& rows, Store store) {
  std::visit(
      [=](auto f) {
        write_each(
            store, y, rows, [=](std::int64_t i) { return f.forward(x[i]); }, x);
      },
      function);
}

template <class T>
void apply_backward(const ActivationFunction& function, const T* x_or_y, const T* dy, T* dx, const StridedRows& rows, Store store) {
  std::visit(
      [=](auto f) {
        if constexpr (f.needs == Needs::neither) {
          write_each(
              store, dx, rows, [=](std::int64_t i) { return f.backward(T(0), dy[i]); }, dy);
        } else {
          write_each(
              store, dx, rows, [=](std::int64_t i) { return f.backward(x_or_y[i], dy[i]); }, x_or_y, dy);
        }
      },
      function);
}

template <class T>
void apply_relu_grad(const T* x, T* g, std::int64_t n, Store store) {
  write_each(
      store, g, one_row(n), [=](std::int64_t i) { return ReLU().backward(x[i], T(1)); }, x);
}

template void apply_forward(const ActivationFunction&, const float*, float*, const StridedRows&, Store);
template void apply_forward(const ActivationFunction&, const double*, double*, const StridedRows&, Store);
template void apply_backward(const ActivationFunction&, const float*, const float*, float*, const StridedRows&, Store);
template void apply_backward(const ActivationFunction&, const double*, const double*, double*, const StridedRows&, Store);
template void apply_relu_grad(const float*, float*, std::int64_t, Store);
template void apply_relu_grad(const double*, double*, std::int64_t, Store);

}  // namespace weir::cpu
