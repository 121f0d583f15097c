#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <weir/core/dtype.hpp>
#include <weir/core/precision.hpp>

#include "gpu/runtime/runtime.hpp"

// The function table through which weir calls cuBLASLt. Like that of the CUDA runtime, tests can replace it (BlasOverride).

namespace weir::cuda {

// What cuBLASLt does to a product before it stores it. In cuBLASLt's column-major terms: the result is d[m, n], bias[m] is added to every
// column, and the mask has the layout of layers/relu_mask.hpp.
enum class Epilogue : std::uint8_t {
  none,
  bias,            // d + bias
  relu_bias,       // max(d + bias, 0)
  relu_mask_bias,  // the same, and writes the bit mask d > 0
  relu_gradient,   // d where the mask is 1, else 0; writes the sums of the result's rows, the bias gradient, to bias
};

// Everything that the choice of an algorithm depends on, in cuBLASLt's column-major terms: d[m, n] = op(a) op(b), then the epilogue.
struct BlasProduct {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t lda = 0, ldb = 0, ldd = 0;
  bool transpose_a = false, transpose_b = false;
  Epilogue epilogue = Epilogue::none;
  std::int64_t mask_stride = 0;  // in bits, for the epilogues with a mask
  DType dtype = DType::f32;
  Precision precision = Precision::f32;
  std::uint32_t align_a = 16, align_b = 16, align_d = 16, align_bias = 16, align_mask = 16;  // alignment of the addresses in bytes

  friend auto operator<=>(const BlasProduct&, const BlasProduct&) = default;
};

// The blocks of one product; nullptr where the epilogue uses none.
struct BlasBlocks {
  const void *a = nullptr, *b = nullptr;
  void *d = nullptr, *bias = nullptr, *mask = nullptr;
};

// Returned by run when cuBLASLt refuses an algorithm that its own heuristic had proposed: CUBLAS_STATUS_NOT_SUPPORTED.
inline constexpr Code product_refused = 15;

struct Blas {
  Code (*make)(void** library) = nullptr;
  // Asks the heuristic of cuBLASLt for the best algorithm with at most this workspace, among those that give the same bits in every run.
  // *plan stays nullptr when there is none.
  Code (*plan)(void* library, const BlasProduct& kind, std::size_t workspace_bytes, void** plan) = nullptr;
  Code (*run)(void* library, const void* plan, const BlasBlocks& blocks, void* workspace, std::size_t workspace_bytes,
              void* stream) = nullptr;
  const char* (*describe)(Code code) = nullptr;
};

const Blas& built_in_blas();
const Blas& blas() noexcept;

class BlasOverride {
 public:
  explicit BlasOverride(const Blas& stand_in);
  ~BlasOverride();
  BlasOverride(const BlasOverride&) = delete;
  BlasOverride& operator=(const BlasOverride&) = delete;
};

}  // namespace weir::cuda
