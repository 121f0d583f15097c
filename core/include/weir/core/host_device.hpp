#pragma once

// WEIR_HD marks a function that the host compiler and nvcc both take.
#ifdef __CUDACC__
#define WEIR_HD __host__ __device__
#else
#define WEIR_HD
#endif
