#pragma once

// WEIR_HD marks a function that is compiled for the host and, by nvcc, for the device.
#ifdef __CUDACC__
#define WEIR_HD __host__ __device__
#else
#define WEIR_HD
#endif
