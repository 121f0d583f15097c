#pragma once

#include "core/product/kernels.hpp"
#include "core/product/product.hpp"
#include "core/product/tile_scratch.hpp"

// The product with a transposed b and few rows, as the forward of a dense layer has it: computed as the transpose of b a^T (plus the bias),
// in which the larger operand is read where it lies and only the smaller one is packed, by each thread for itself. The bits are those of
// the kernels for outer products, as an element's sum takes the same blocks of k in the same order.

namespace weir::cpu {

// Whether that is less work than those kernels have with the product as it is. Depends on the sizes and the kernels alone.
bool transposing_pays(const Product<float>& p, const ProductKernels& kernels);

void transposed_product(const Context& context, const Product<float>& p, const ProductKernels& kernels, TileScratch& memory,
                        TileEpilogue epilogue);

}  // namespace weir::cpu
