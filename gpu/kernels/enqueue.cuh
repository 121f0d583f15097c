#pragma once

#include <cuda_runtime.h>
#include <tuple>
#include <utility>
#include <weir/core/context.hpp>

#include "gpu/runtime/runtime.hpp"
#include "gpu/runtime/stream.hpp"

// The only place that launches a kernel. gpu_emulated_tests replaces this header, by include order, by one that runs the kernel on the CPU.

namespace weir::cuda {

template <class... P, std::size_t... I>
void enqueue(const Context& context, const char* op, void (*kernel)(P...), const Grid& grid, std::tuple<std::remove_cv_t<P>...>& values,
             std::index_sequence<I...>) {
  void* arguments[] = {static_cast<void*>(&std::get<I>(values))...};
  check(runtime().launch(op, reinterpret_cast<const void*>(kernel), grid, arguments, queue_of(context)), op);
}

}  // namespace weir::cuda
