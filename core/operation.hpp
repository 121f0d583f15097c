#pragma once

#include <weir/core/context.hpp>

namespace weir {

// The two versions of an operation; a call runs the one for the context's device.
template <class... A>
struct Operation {
  void (*on_cpu)(const Context&, A...);
  void (*on_cuda)(const Context&, A...);

  void operator()(const Context& context, A... args) const { (context.device.is_cuda() ? on_cuda : on_cpu)(context, args...); }
};
template <class... A>
Operation(void (*)(const Context&, A...), void (*)(const Context&, A...)) -> Operation<A...>;

}  // namespace weir

// WEIR_OPERATION(add, const ConstTensorView& x, const TensorView& y) declares cpu::add(context, x, y) and the same for cuda, and defines
// on_device::add, which calls one of them.
#ifndef WEIR_OPERATION  // gpu/no_cuda.cpp has its own
#define WEIR_OPERATION(name, ...)                         \
  namespace cpu {                                         \
  void name(const Context& context, __VA_ARGS__);         \
  }                                                       \
  namespace cuda {                                        \
  void name(const Context& context, __VA_ARGS__);         \
  }                                                       \
  namespace on_device {                                   \
  inline constexpr Operation name{cpu::name, cuda::name}; \
  }
#endif
