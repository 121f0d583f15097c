#pragma once

#include <weir/core/context.hpp>

#include "gpu/runtime/products.hpp"

namespace weir::cuda {

// c = op(a) op(b), by cuBLASLt or, where that has no algorithm, by weir's own kernel. Returns the epilogue that was applied, which may be
// less than the one asked for; the caller applies the rest. Sizes may be 0.
Epilogue multiply(const Context& context, const Product& product);

}  // namespace weir::cuda
