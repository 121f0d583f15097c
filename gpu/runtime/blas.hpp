#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <weir/core/dtype.hpp>
#include <weir/core/precision.hpp>

#include "gpu/runtime/runtime.hpp"

// The table through which weir reaches cuBLASLt; like that of the runtime it can be replaced by a stand-in.

namespace weir::cuda {

// What the library may do to a product before it writes it. In the library's own column-major terms the result is d[m, n], with a bias[m]
// on every column and a mask of relu_mask.hpp's layout.
enum class Epilogue : std::uint8_t {
  none,
  bias,            // d + bias
  relu_bias,       // max(d + bias, 0)
  relu_mask_bias,  // the same, and writes the mask
  relu_gradient,   // d where the mask is 1, else 0, and writes the sums of its rows to bias
};

// A kind of product in the library's own column-major terms: d[m, n] = op(a) op(b), and the epilogue.
struct BlasProduct {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t lda = 0, ldb = 0, ldd = 0;
  bool transpose_a = false, transpose_b = false;
  Epilogue epilogue = Epilogue::none;
  std::int64_t mask_stride = 0;  // in bits, for the epilogues with a mask
  DType dtype = DType::f32;
  Precision precision = Precision::f32;
  std::uint32_t align_a = 16, align_b = 16, align_d = 16, align_bias = 16, align_mask = 16;  // bytes that divide the addresses

  friend auto operator<=>(const BlasProduct&, const BlasProduct&) = default;
};

// What a product of some kind works on; nullptr for what its epilogue does not touch.
struct BlasBlocks {
  const void *a = nullptr, *b = nullptr;
  void *d = nullptr, *bias = nullptr, *mask = nullptr;
};

// What run answers when the library cannot make a product after all whose algorithm it named itself: CUBLAS_STATUS_NOT_SUPPORTED.
inline constexpr Code product_refused = 15;

struct Blas {
  Code (*make)(void** library) = nullptr;
  // The best algorithm that the library's heuristic names for this kind of product and so much workspace: one that gives the same bits
  // in every run. *plan stays nullptr when it names none.
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
