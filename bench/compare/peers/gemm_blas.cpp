// With the BLAS library that the program finds when it starts; LD_LIBRARY_PATH selects it.
#include "gemm.hpp"

extern "C" void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float* a, int lda,
                            const float* b, int ldb, float beta, float* c, int ldc);

void gemm(bool transpose_a, bool transpose_b, long m, long n, long k, const float* a, const float* b, float beta, float* c) {
  constexpr int row_major = 101, plain = 111, transposed = 112;
  const auto i = [](long value) { return static_cast<int>(value); };
  cblas_sgemm(row_major, transpose_a ? transposed : plain, transpose_b ? transposed : plain, i(m), i(n), i(k), 1, a, i(transpose_a ? m : k),
              b, i(transpose_b ? k : n), beta, c, i(n));
}
