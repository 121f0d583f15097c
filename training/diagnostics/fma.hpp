#pragma once

namespace weir {

// Executes `rounds` rounds of multiply-adds in registers, enough independent chains to hide their latency, and returns how many floating
// point operations that was. The results go to *sink, so that the compiler cannot remove the work.
double run_fma(long long rounds, float* sink);

}  // namespace weir
