#pragma once

#include <cstdint>

#include <weir/core/context.hpp>

#include "core/product/tile_epilogue.hpp"

// The one door to a fast matrix product on the CPU. What is behind it is nobody else's business.

namespace weir::cpu {

// c[m, n] = op(a)[m, k] op(b)[k, n] + bias[n], row-major; lda, ldb, ldc are the distances between rows as stored.
template <class T>
struct Product {
  std::int64_t m = 0, n = 0, k = 0;
  const T* a = nullptr;  // [m, k], or [k, m] when transposed
  std::int64_t lda = 0;
  bool transpose_a = false;
  const T* b = nullptr;  // [k, n], or [n, k] when transposed
  std::int64_t ldb = 0;
  bool transpose_b = false;
  T* c = nullptr;
  std::int64_t ldc = 0;
  const T* bias = nullptr;  // added to each finished row; nullptr: none
};

// Tiles depend on the sizes alone and each is computed by one thread, so the bits do not depend on the number of threads. Allocates
// nothing from the second call of a thread on, for the same product or for what a smaller batch makes of it: fewer rows or, where a is
// transposed, a smaller k.
void product(const Context& context, const Product<float>& p, TileEpilogue epilogue = {});
void product(const Context& context, const Product<double>& p, TileEpilogue epilogue = {});

}  // namespace weir::cpu
