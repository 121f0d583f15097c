#include <oneapi/dnnl/dnnl.h>

#include "gemm.hpp"

void gemm(bool transpose_a, bool transpose_b, long m, long n, long k, const float* a, const float* b, float beta, float* c) {
  dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1, a, transpose_a ? m : k, b, transpose_b ? k : n, beta, c, n);
}
