#pragma once

#include <cuda_runtime.h>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <weir/core/context.hpp>

#include "gpu/runtime/runtime.hpp"
#include "gpu/runtime/stream.hpp"
#include "tests/gpu/stand_in.hpp"

// Replaces gpu/kernels/enqueue.cuh: the stand-in device runs the kernel, immediately or when a recorded step is replayed.

namespace weir::cuda {

template <class... P, std::size_t... I>
void enqueue(const Context& context, const char* op, void (*kernel)(P...), const Grid& grid,
             const std::tuple<std::remove_cv_t<P>...>& values, std::index_sequence<I...>) {
  const std::function<void()> thread = [kernel, values] { kernel(std::get<I>(values)...); };
  check(test::StandIn::run([name = std::string(op), thread, grid] { test::run_grid(name, grid, thread); }, queue_of(context)), op);
}

}  // namespace weir::cuda
