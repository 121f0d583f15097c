#include "gpu/runtime/products.hpp"

#include <atomic>
#include <string>
#include <weir/core/error.hpp>

#include "gpu/runtime/stream.hpp"
#include "layers/relu_mask.hpp"

namespace weir::cuda {

namespace {

std::atomic<const Blas*> blas_stand_in{nullptr};

void check_blas(Code code, const char* what) {
  if (code != success)
    throw DeviceError("cuda: " + std::string(what) + ": " + blas().describe(code) + " (cuBLASLt code " + std::to_string(code) + ").");
}

bool has_mask(Epilogue epilogue) { return epilogue == Epilogue::relu_mask_bias || epilogue == Epilogue::relu_gradient; }

// The epilogue to try next when cuBLASLt does not offer this one.
Epilogue simpler(Epilogue epilogue) {
  return epilogue == Epilogue::relu_mask_bias || epilogue == Epilogue::relu_bias ? Epilogue::bias : Epilogue::none;
}

// cuBLASLt is column-major. A row-major c = op(a) op(b) is, read as column-major, c^T = op(b)^T op(a)^T: swap a and b, copy nothing.
BlasProduct kind_of(const Product& p, Epilogue epilogue, Precision precision) {
  BlasProduct kind;
  kind.m = p.n;
  kind.n = p.m;
  kind.k = p.k;
  kind.transpose_a = p.transpose_b;
  kind.transpose_b = p.transpose_a;
  kind.lda = p.transpose_b ? p.k : p.n;
  kind.ldb = p.transpose_a ? p.m : p.k;
  kind.ldd = p.n;
  kind.epilogue = epilogue;
  kind.dtype = p.dtype;
  kind.precision = p.dtype == DType::f32 ? precision : Precision::f32;
  kind.align_a = alignment_of(p.b);
  kind.align_b = alignment_of(p.a);
  kind.align_d = alignment_of(p.c);
  if (epilogue != Epilogue::none) kind.align_bias = alignment_of(p.bias);
  if (has_mask(epilogue)) {
    kind.mask_stride = relu_mask_stride(p.n);
    kind.align_mask = alignment_of(p.mask);
  }
  return kind;
}

}  // namespace

const Blas& blas() noexcept {
  const Blas* replaced = blas_stand_in.load(std::memory_order_acquire);
  return replaced != nullptr ? *replaced : built_in_blas();
}

BlasOverride::BlasOverride(const Blas& table) { blas_stand_in = &table; }
BlasOverride::~BlasOverride() { blas_stand_in = nullptr; }

void ProductPlans::prepare(const Context& context) {
  if (library_ != nullptr) return;
  require_no_capture("the first product");
  if (workspace_ == nullptr) {
    // The workspace sizes that the documentation of cuBLAS gives as its default: 32 MiB from Hopper on, 4 MiB before.
    DeviceFacts facts;
    check(runtime().facts(context.device.index(), &facts), "properties of the device");
    const std::size_t bytes = std::size_t{facts.major >= 9 ? 32U : 4U} << 20;
    check(runtime().allocate(&workspace_, bytes), "workspace for matrix products");
    workspace_bytes_ = bytes;
  }
  check_blas(blas().make(&library_), "cuBLASLt");
}

void* ProductPlans::plan_for(const BlasProduct& kind) {
  const auto found = plans_.find(kind);
  if (found != plans_.end()) return found->second;
  require_no_capture("a product of a new size");
  void* plan = nullptr;
  check_blas(blas().plan(library_, kind, workspace_bytes_, &plan), "choosing an algorithm for a matrix product");
  return plans_[kind] = plan;
}

std::optional<Epilogue> ProductPlans::run(const Context& context, const Product& product) {
  prepare(context);
  for (Epilogue epilogue = product.epilogue;; epilogue = simpler(epilogue)) {
    const BlasProduct kind = kind_of(product, epilogue, context.precision);
    if (void* plan = plan_for(kind)) {
      const BlasBlocks blocks{product.b, product.a, product.c, epilogue != Epilogue::none ? product.bias : nullptr,
                              has_mask(epilogue) ? product.mask : nullptr};
      const Code code = blas().run(library_, plan, blocks, workspace_, workspace_bytes_, queue_of(context));
      if (code != product_refused) {
        check_blas(code, "product");
        return epilogue;
      }
      plans_[kind] = nullptr;  // from now on treated as having no algorithm
    }
    if (epilogue == Epilogue::none) return std::nullopt;
  }
}

std::optional<Epilogue> make_product(const Context& context, const Product& product) {
  Stream& stream = stream_of(context.device);
  if (!stream.products) stream.products = std::make_unique<ProductPlans>();
  return stream.products->run(context, product);
}

}  // namespace weir::cuda
