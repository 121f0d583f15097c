#pragma once

#include <span>
#include <weir/core/context.hpp>

#include "gpu/runtime/stream.hpp"

namespace weir::cuda {

// Copies class weights, which a loss keeps on the host, to where kernels can read them, and returns that address (nullptr for no weights):
// the scratch memory of the thread's stream, valid until its next use. The first double of the scratch is left free for the caller. The
// weights are passed as kernel arguments, so that a recorded step contains them. DeviceError for more than most_class_weights; `who` is
// the operation that error messages name.
inline constexpr std::size_t most_class_weights = Stream::scratch_bytes / sizeof(double) - 1;
const double* place_class_weights(const Context& context, const char* who, std::span<const double> weights);

}  // namespace weir::cuda
