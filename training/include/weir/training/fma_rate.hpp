#pragma once

namespace weir {

// What bounds all arithmetic: fused multiply-adds (two FLOP each) in registers, f32, on this thread alone, with the widest vectors that
// the processor has. GFLOP/s over about so many seconds: the shorter, the more of a burst that no longer work can hold. A shared machine
// gives less at times, so take the best of several.
double sample_fma_rate(double seconds = 0.004);

}  // namespace weir
