#pragma once

// WEIR_HD marks a function that is compiled for the host and, by nvcc, for the device. On the host it is always inlined: as a weak
// symbol, the linker could take an application's copy of it for weir's, which other compiler flags may have made round differently.
#ifdef __CUDACC__
#define WEIR_HD __host__ __device__
#else
#define WEIR_HD [[gnu::always_inline]]
#endif
