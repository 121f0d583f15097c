#pragma once

#include <span>
#include <weir/core/context.hpp>

#include "gpu/runtime/stream.hpp"

namespace weir::cuda {

// Weights of classes, which a loss holds on the host, where the kernels of this call can read them: in the memory of the thread's stream,
// behind one number that is the caller's. They travel as arguments of a launch, so that a recorded step holds them. nullptr for none.
// DeviceError for more than most_class_weights; `who` is the loss's part that wants them.
inline constexpr std::size_t most_class_weights = Stream::scratch_bytes / sizeof(double) - 1;
const double* place_class_weights(const Context& context, const char* who, std::span<const double> weights);

}  // namespace weir::cuda
