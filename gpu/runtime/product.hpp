#pragma once

#include <weir/core/context.hpp>

#include "gpu/runtime/products.hpp"

namespace weir::cuda {

// c = op(a) op(b), and how much of its epilogue is done: by cuBLASLt, or by a kernel of our own where that has no algorithm. Sizes may be
// 0.
Epilogue multiply(const Context& context, const Product& product);

}  // namespace weir::cuda
