#pragma once

#include "core/product/product.hpp"

namespace weir::cpu {

// The same product on Eigen's kernels: for double, for processors without kernels in kernels.hpp, and as a reference.
void product_on_eigen(const Context& context, const Product<float>& p, TileEpilogue epilogue);
void product_on_eigen(const Context& context, const Product<double>& p, TileEpilogue epilogue);

}  // namespace weir::cpu
