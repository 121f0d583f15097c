#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpass-failed"  // sigmoid and tanh in double are calls: those loops stay as they are
#endif

#include <algorithm>
#include <cstdint>

#include "activations/apply.hpp"
#include "core/cpu/stream.hpp"
#include "core/cpu/vectorized.hpp"

namespace weir::cpu {

namespace {

// to[i] = value(begin + i) for `count` elements in any order: none reads another's result. Every activation's loop is this.
template <class T, class F>
inline void write_range(T* to, std::int64_t begin, std::int64_t count, const F& value) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) to[i] = value(begin + i);
}

// The line that lies so many bytes from x on, which may be beyond the array: only to be asked for.
inline const void* line_ahead(const void* x, std::int64_t bytes) {
  return reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(x) + static_cast<std::uintptr_t>(bytes));
}

// How many elements lie before the first line that begins in `to`, at most n.
template <class T>
inline std::int64_t before_line(const T* to, std::int64_t n) {
  constexpr std::int64_t line_elements = cache_line / sizeof(T);
  const auto beyond = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(to) % cache_line / sizeof(T));
  return std::min(n, (line_elements - beyond) % line_elements);
}

// write_range from a line's beginning on, for a vector that reaches from one line into the next is two writes. Where the lines are not in
// the caches yet, they are asked for some way ahead, and the operands' with them.
template <bool Ask, class T, class F, class... Operands>
inline void write_lines(T* to, std::int64_t n, const F& value, const Operands*... operands) {
  constexpr std::int64_t line_bytes = cache_line, bytes = 4 * line_bytes, step = bytes / sizeof(T), bytes_ahead = 2048;
  std::int64_t at = before_line(to, n);
  write_range(to, 0, at, value);
  for (; at + step <= n; at += step) {
    if constexpr (Ask) {
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

// write_range past the caches, a line at a time. The operands, from which value takes its elements, are asked for some lines ahead: a
// processor that does so by itself begins anew at each page.
template <class T, class F, class... Operands>
inline void stream_range(T* to, std::int64_t end, const F& value, const Operands*... operands) {
  constexpr std::int64_t line_elements = cache_line / sizeof(T), bytes_ahead = 4096;
  std::int64_t at = before_line(to, end);
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

// to[i] = value(i), which is made of the operands' elements i alone, for i in [begin, begin + n).
template <class T, class F, class... Operands>
inline void write_row(Store store, T* to, std::int64_t begin, std::int64_t n, const F& value, const Operands*... operands) {
  const auto from_begin = [&](std::int64_t i) { return value(begin + i); };
  switch (store) {
    case Store::cached:
      return write_lines<false>(to + begin, n, from_begin);
    case Store::fetched:
      return write_lines<true>(to + begin, n, from_begin, operands + begin...);
    case Store::streamed:
      return stream_range(to + begin, n, from_begin, operands + begin...);
  }
}

// The same for each row. StridedRows that lie together are one.
template <class T, class F, class... Operands>
void write_each(Store store, T* to, const StridedRows& rows, const F& value, const Operands*... operands) {
  vectorized([&, store, to, rows] {
    const bool together = rows.length == rows.apart;
    const std::int64_t count = together ? 1 : rows.count, length = together ? rows.count * rows.length : rows.length;
    for (std::int64_t row = 0; row < count; ++row) write_row(store, to, row * rows.apart, length, value, operands...);
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
