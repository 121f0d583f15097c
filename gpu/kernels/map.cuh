#pragma once

#include <tuple>

#include "gpu/kernels/launch.cuh"

// y[i] = f(x[i], ...): the kernel of most elementwise operations. y may be one of the operands.

namespace weir::cuda {

template <class T>
__device__ Pack<T> load_pack(const T* from) {
  return *reinterpret_cast<const Pack<T>*>(from);
}

template <class T, class F, class... X>
__global__ void __launch_bounds__(block_threads) map_kernel(std::int64_t n, bool wide, F f, T* y, const X*... x) {
  constexpr int width = Pack<T>::width;
  const auto packs = [&](std::int64_t first, int count, std::int64_t stride) {
    std::tuple<Pack<X>...> in[packs_at_once];
#pragma unroll
    for (int p = 0; p < packs_at_once; ++p) {
      if (p < count) in[p] = std::tuple<Pack<X>...>(load_pack(x + first + p * stride)...);
    }
#pragma unroll
    for (int p = 0; p < packs_at_once; ++p) {
      if (p >= count) continue;
      Pack<T> out;
#pragma unroll
      for (int i = 0; i < width; ++i) out.at[i] = std::apply([&](const auto&... operand) { return f(operand.at[i]...); }, in[p]);
      *reinterpret_cast<Pack<T>*>(y + first + p * stride) = out;
    }
  };
  share_elements<width>(n, thread_index(), thread_count(), wide, packs, [&](std::int64_t i) { y[i] = f(x[i]...); });
}

// Whether the address is 16-byte aligned.
inline bool is_wide(const void* address) { return reinterpret_cast<std::uintptr_t>(address) % 16 == 0; }

template <class T, class F, class... X>
void map(const Context& context, const char* op, std::int64_t n, const F& f, T* y, const X*... x) {
  static_assert((std::is_same_v<T, X> && ...), "packs of one width");
  const bool wide = is_wide(y) && (is_wide(x) && ...);
  const unsigned most = static_cast<unsigned>(stream_of(context.device).multiprocessors) * 8;
  const Grid grid{blocks_for_elements(n, wide ? Pack<T>::width : 1, most), 1, block_threads, 1};
  launch(context, op, map_kernel<T, F, X...>, grid, n, wide, f, y, x...);
}

}  // namespace weir::cuda
