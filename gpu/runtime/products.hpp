#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <weir/core/context.hpp>
#include <weir/core/dtype.hpp>

#include "gpu/runtime/blas.hpp"
#include "gpu/runtime/stream.hpp"

// Matrix products on a device: the cuBLASLt algorithm for each kind of product is chosen once and cached.

namespace weir::cuda {

// c[m, n] = op(a)[m, k] op(b)[k, n], then the epilogue; row-major and without gaps between rows, so bias[n] is added to every row.
struct Product {
  std::int64_t m = 0, n = 0, k = 0;
  const void* a = nullptr;
  const void* b = nullptr;
  void* c = nullptr;
  Epilogue epilogue = Epilogue::none;
  void* bias = nullptr;
  void* mask = nullptr;  // of relu_mask_stride(n)
  bool transpose_a = false, transpose_b = false;
  DType dtype = DType::f32;
};

// Alignment of an address in bytes: the largest power of two, at most 16, that divides it.
inline std::uint32_t alignment_of(const void* address) {
  const auto bits = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address) | 16U);
  return bits & (~bits + 1U);
}

// The cache of algorithms of one stream. cuBLASLt's heuristic is asked once for each kind of product, and its answer kept (also that there
// is no algorithm), so that equal products use the same algorithm as long as the program runs, and the heuristic is not called in a
// captured step. An algorithm that cuBLASLt later refuses to run counts as none. Never released, like the stream.
class ProductPlans {
 public:
  ProductPlans() = default;
  ProductPlans(const ProductPlans&) = delete;
  ProductPlans& operator=(const ProductPlans&) = delete;

  // Computes the product; m, n, k > 0. Returns the epilogue that cuBLASLt applied: the one asked for or a simpler one, down to none; the
  // caller applies the rest. nullopt: cuBLASLt has no algorithm, and nothing was computed.
  std::optional<Epilogue> run(const Context& context, const Product& product);

 private:
  void* plan_for(const BlasProduct& kind);  // nullptr: no algorithm
  void prepare(const Context& context);

  void* library_ = nullptr;
  void* workspace_ = nullptr;
  std::size_t workspace_bytes_ = 0;
  std::map<BlasProduct, void*> plans_;
};

// ProductPlans::run with the cache of this thread's stream on the context's device.
std::optional<Epilogue> make_product(const Context& context, const Product& product);

// c = op(a) op(b), by cuBLASLt or, where that has no algorithm, by weir's own kernel. Returns the epilogue that was applied, which may be
// less than the one asked for; the caller applies the rest. Sizes may be 0.
Epilogue multiply(const Context& context, const Product& product);

}  // namespace weir::cuda
