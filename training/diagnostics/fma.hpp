#pragma once

namespace weir {

// `rounds` rounds of multiply-adds that wait for nothing but each other; the FLOP that they were. `sink` takes what keeps the compiler
// from leaving them out.
double run_fma(long long rounds, float* sink);

}  // namespace weir
