#pragma once

// c[m, n] = op(a)[m, k] op(b)[k, n] + beta c, row-major, without padding; op transposes if requested. One implementation for each library.
void gemm(bool transpose_a, bool transpose_b, long m, long n, long k, const float* a, const float* b, float beta, float* c);
