#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <weir/core/context.hpp>
#include <weir/core/dtype.hpp>

#include "gpu/runtime/blas.hpp"
#include "gpu/runtime/stream.hpp"

// Matrix products on a device: which library call makes them, chosen once for each kind of product and kept.

namespace weir::cuda {

// c[m, n] = op(a)[m, k] op(b)[k, n] and the epilogue, row-major (so with bias[n] on every row); a row of each is as long as it is stored.
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

// The largest power of two up to 16 that divides an address: what an algorithm may rely on.
inline std::uint32_t alignment_of(const void* address) {
  const auto bits = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address) | 16U);
  return bits & (~bits + 1U);
}

// The plans of one stream. The library is asked once for each kind of product; its answer, or that it has none, is kept, so that the
// same products get the same algorithm for as long as the program runs and no question is asked in a captured step. Where it then refuses
// an algorithm that it named, it has none. Released never, as the stream.
class ProductPlans {
 public:
  ProductPlans() = default;
  ProductPlans(const ProductPlans&) = delete;
  ProductPlans& operator=(const ProductPlans&) = delete;

  // m, n, k > 0. Which epilogue the library did with the product: the one that was asked for, or less of it, down to none; the rest is the
  // caller's to do. nullopt: it made no product at all, our own kernel is the caller's to run.
  std::optional<Epilogue> run(const Context& context, const Product& product);

 private:
  void* plan_for(const BlasProduct& kind);  // nullptr: the library has none
  void prepare(const Context& context);

  void* library_ = nullptr;
  void* workspace_ = nullptr;
  std::size_t workspace_bytes_ = 0;
  std::map<BlasProduct, void*> plans_;
};

// On the stream of the context's device that belongs to this thread; see ProductPlans::run.
std::optional<Epilogue> make_product(const Context& context, const Product& product);

}  // namespace weir::cuda
