// The Blas function table, implemented with cuBLASLt.

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <memory>

#include "gpu/runtime/blas.hpp"

namespace weir::cuda {

namespace {

struct Destroy {
  void operator()(cublasLtMatmulDesc_t d) const { cublasLtMatmulDescDestroy(d); }
  void operator()(cublasLtMatrixLayout_t l) const { cublasLtMatrixLayoutDestroy(l); }
  void operator()(cublasLtMatmulPreference_t p) const { cublasLtMatmulPreferenceDestroy(p); }
};
using Description = std::unique_ptr<cublasLtMatmulDescOpaque_t, Destroy>;
using Layout = std::unique_ptr<cublasLtMatrixLayoutOpaque_t, Destroy>;
using Preference = std::unique_ptr<cublasLtMatmulPreferenceOpaque_t, Destroy>;

struct Plan {
  Description description;
  Layout a, b, d;
  cublasLtMatmulAlgo_t algorithm{};
  bool is_double = false;
};

// Keeps the first error of a sequence of calls.
struct FirstError {
  cublasStatus_t code = CUBLAS_STATUS_SUCCESS;
  void operator()(cublasStatus_t next) {
    if (code == CUBLAS_STATUS_SUCCESS) code = next;
  }
};

cublasComputeType_t compute_type(const BlasProduct& kind) {
  if (kind.dtype == DType::f64) return CUBLAS_COMPUTE_64F;
  switch (kind.precision) {
    case Precision::f32:
      return CUBLAS_COMPUTE_32F;
    case Precision::tf32:
      return CUBLAS_COMPUTE_32F_FAST_TF32;
    case Precision::bf16:
      return CUBLAS_COMPUTE_32F_FAST_16BF;
  }
  return CUBLAS_COMPUTE_32F;
}

template <class T>
void set(FirstError& status, const Description& description, cublasLtMatmulDescAttributes_t what, const T& value) {
  status(cublasLtMatmulDescSetAttribute(description.get(), what, &value, sizeof value));
}
template <class T>
void set(FirstError& status, const Preference& preference, cublasLtMatmulPreferenceAttributes_t what, const T& value) {
  status(cublasLtMatmulPreferenceSetAttribute(preference.get(), what, &value, sizeof value));
}

cublasLtEpilogue_t epilogue(const BlasProduct& kind) {
  switch (kind.epilogue) {
    case Epilogue::none:
      return CUBLASLT_EPILOGUE_DEFAULT;
    case Epilogue::bias:
      return CUBLASLT_EPILOGUE_BIAS;
    case Epilogue::relu_bias:
      return CUBLASLT_EPILOGUE_RELU_BIAS;
    case Epilogue::relu_mask_bias:
      return CUBLASLT_EPILOGUE_RELU_AUX_BIAS;
    case Epilogue::relu_gradient:
      return CUBLASLT_EPILOGUE_DRELU_BGRAD;
  }
  return CUBLASLT_EPILOGUE_DEFAULT;
}

// A made-up address with the same alignment as the real one, which the heuristic looks at.
const void* address_aligned_to(std::uint32_t bytes) { return reinterpret_cast<const void*>(std::uintptr_t{4096} + bytes); }

Description describe_product(FirstError& status, const BlasProduct& kind, cudaDataType_t type) {
  cublasLtMatmulDesc_t made = nullptr;
  status(cublasLtMatmulDescCreate(&made, compute_type(kind), type));
  Description description(made);
  if (!description) return description;
  set(status, description, CUBLASLT_MATMUL_DESC_TRANSA, kind.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(status, description, CUBLASLT_MATMUL_DESC_TRANSB, kind.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N);
  if (kind.epilogue != Epilogue::none) {
    set(status, description, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(kind));
    set(status, description, CUBLASLT_MATMUL_DESC_BIAS_POINTER, address_aligned_to(kind.align_bias));
  }
  if (kind.mask_stride != 0) {
    set(status, description, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, address_aligned_to(kind.align_mask));
    set(status, description, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, kind.mask_stride);
  }
  return description;
}

Layout make_layout(FirstError& status, cudaDataType_t type, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
  cublasLtMatrixLayout_t made = nullptr;
  status(cublasLtMatrixLayoutCreate(&made, type, static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns), stride));
  return Layout(made);
}

Preference make_preference(FirstError& status, const BlasProduct& kind, std::size_t workspace_bytes) {
  cublasLtMatmulPreference_t made = nullptr;
  status(cublasLtMatmulPreferenceCreate(&made));
  Preference preference(made);
  if (!preference) return preference;
  // Without split-K by atomic adds to the result (REDUCTION_SCHEME_INPLACE), whose order of additions varies.
  const std::uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE | CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;
  set(status, preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, reductions);
  set(status, preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<std::uint64_t>(workspace_bytes));
  set(status, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, kind.align_a);
  set(status, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, kind.align_b);
  set(status, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, kind.align_d);
  set(status, preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, kind.align_d);
  return preference;
}

Code plan(void* library, const BlasProduct& kind, std::size_t workspace_bytes, void** plan) {
  const cudaDataType_t type = kind.dtype == DType::f64 ? CUDA_R_64F : CUDA_R_32F;
  FirstError status;
  auto made = std::make_unique<Plan>();
  made->is_double = kind.dtype == DType::f64;
  made->description = describe_product(status, kind, type);
  made->a = kind.transpose_a ? make_layout(status, type, kind.k, kind.m, kind.lda) : make_layout(status, type, kind.m, kind.k, kind.lda);
  made->b = kind.transpose_b ? make_layout(status, type, kind.n, kind.k, kind.ldb) : make_layout(status, type, kind.k, kind.n, kind.ldb);
  made->d = make_layout(status, type, kind.m, kind.n, kind.ldd);
  const Preference preference = make_preference(status, kind, workspace_bytes);
  if (status.code != CUBLAS_STATUS_SUCCESS) return status.code;

  cublasLtMatmulHeuristicResult_t found{};
  int count = 0;
  const cublasStatus_t asked =
      cublasLtMatmulAlgoGetHeuristic(static_cast<cublasLtHandle_t>(library), made->description.get(), made->a.get(), made->b.get(),
                                     made->d.get(), made->d.get(), preference.get(), 1, &found, &count);
  if (asked == CUBLAS_STATUS_NOT_SUPPORTED || asked == CUBLAS_STATUS_INVALID_VALUE) return success;  // no algorithm: *plan stays nullptr
  if (asked != CUBLAS_STATUS_SUCCESS) return asked;
  if (count == 0 || found.state != CUBLAS_STATUS_SUCCESS) return success;
  made->algorithm = found.algo;
  *plan = made.release();
  return success;
}

Code run(void* library, const void* plan, const BlasBlocks& blocks, void* workspace, std::size_t workspace_bytes, void* stream) {
  const auto& p = *static_cast<const Plan*>(plan);
  const float one_f = 1, zero_f = 0;
  const double one_d = 1, zero_d = 0;
  const void* one = p.is_double ? static_cast<const void*>(&one_d) : &one_f;
  const void* zero = p.is_double ? static_cast<const void*>(&zero_d) : &zero_f;
  FirstError status;
  if (blocks.bias != nullptr) set(status, p.description, CUBLASLT_MATMUL_DESC_BIAS_POINTER, blocks.bias);
  if (blocks.mask != nullptr) set(status, p.description, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, blocks.mask);
  if (status.code != CUBLAS_STATUS_SUCCESS) return status.code;
  return cublasLtMatmul(static_cast<cublasLtHandle_t>(library), p.description.get(), one, blocks.a, p.a.get(), blocks.b, p.b.get(), zero,
                        blocks.d, p.d.get(), blocks.d, p.d.get(), &p.algorithm, workspace, workspace_bytes,
                        static_cast<cudaStream_t>(stream));
}

static_assert(product_refused == CUBLAS_STATUS_NOT_SUPPORTED);

Blas make_table() {
  Blas table;
  table.make = [](void** library) -> Code { return cublasLtCreate(reinterpret_cast<cublasLtHandle_t*>(library)); };
  table.plan = plan;
  table.run = run;
  table.describe = [](Code code) { return cublasLtGetStatusString(static_cast<cublasStatus_t>(code)); };
  return table;
}

}  // namespace

const Blas& built_in_blas() {
  static const Blas table = make_table();
  return table;
}

}  // namespace weir::cuda
