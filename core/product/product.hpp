#pragma once

#include <cstdint>

#include <weir/core/context.hpp>

#include "core/product/tile_epilogue.hpp"

// The fast matrix product on the CPU; callers need nothing else from this folder.

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

// Computes the product, then runs the epilogue on each finished part of c. Tiles depend on the sizes alone and each is computed by one
// thread, so the bits do not depend on the number of threads. From a thread's second call on it does not allocate for the same sizes or
// those of a smaller batch (smaller m, or smaller k where a is transposed).
void product(const Context& context, const Product<float>& p, TileEpilogue epilogue = {});
void product(const Context& context, const Product<double>& p, TileEpilogue epilogue = {});

}  // namespace weir::cpu
