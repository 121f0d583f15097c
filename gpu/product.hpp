#pragma once

#include <weir/core/context.hpp>

#include "gpu/products.hpp"

namespace weir::cuda {

// c = op(a) op(b), and whether the bias is in it already: by cuBLASLt, or by a kernel of our own where that has no algorithm. Sizes may be
// 0.
bool multiply(const Context& context, const Product& product);

}  // namespace weir::cuda
