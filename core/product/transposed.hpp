#pragma once

#include "core/product/kernels.hpp"
#include "core/product/product.hpp"
#include "core/product/tile_scratch.hpp"

// The product for few rows and a transposed b, as in the forward of a dense layer. Computes the transpose of b a^T (plus the bias): the
// larger operand is read in place, and only the smaller one is packed, by each thread for itself. Gives the same bits as the outer-product
// kernels, since the sum of an element uses the same blocks of k in the same order.

namespace weir::cpu {

// Whether this is faster than the outer-product kernels. Depends on the sizes and the kernels alone.
bool transposing_pays(const Product<float>& p, const ProductKernels& kernels);

void transposed_product(const Context& context, const Product<float>& p, const ProductKernels& kernels, TileScratch& memory,
                        TileEpilogue epilogue);

}  // namespace weir::cpu
