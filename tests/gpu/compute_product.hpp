#pragma once

#include <cstdint>

#include "gpu/runtime/blas.hpp"
#include "layers/relu_mask.hpp"
#include "tests/support/relu_mask_bits.hpp"

namespace weir::test {

// A product as cuBLASLt's manual words it: column-major, a bias for each row of d, and for each element of d a bit of the mask.
template <class T>
void compute_product(const cuda::BlasProduct& kind, const cuda::BlasBlocks& blocks) {
  using cuda::Epilogue;
  const auto *a = static_cast<const T*>(blocks.a), *b = static_cast<const T*>(blocks.b);
  auto *d = static_cast<T*>(blocks.d), *bias = static_cast<T*>(blocks.bias);
  auto* mask = static_cast<std::uint8_t*>(blocks.mask);
  for (std::int64_t i = 0; i < kind.m; ++i) {
    T row_sum = 0;
    for (std::int64_t j = 0; j < kind.n; ++j) {
      T z = 0;
      for (std::int64_t k = 0; k < kind.k; ++k)
        z +=
            (kind.transpose_a ? a[k + i * kind.lda] : a[i + k * kind.lda]) * (kind.transpose_b ? b[j + k * kind.ldb] : b[k + j * kind.ldb]);
      if (kind.epilogue == Epilogue::relu_gradient) {
        if (!relu_mask_at(mask, kind.mask_stride, j, i)) z = 0;
      } else if (kind.epilogue != Epilogue::none) {
        z += bias[i];
      }
      if (kind.epilogue == Epilogue::relu_mask_bias) relu_mask_set(mask, kind.mask_stride, j, i, z > 0);
      if (kind.epilogue == Epilogue::relu_mask_bias || kind.epilogue == Epilogue::relu_bias) z = z > 0 ? z : 0;
      d[i + j * kind.ldd] = z;
      row_sum += z;
    }
    if (kind.epilogue == Epilogue::relu_gradient) bias[i] = row_sum;
  }
}

}  // namespace weir::test
