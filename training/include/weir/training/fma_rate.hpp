#pragma once

namespace weir {

// Measures the peak arithmetic rate of one CPU core: GFLOP/s of f32 fused multiply-adds (two FLOP each) in registers, with the widest
// vectors of the processor, on the calling thread, for about `seconds`. Short samples include turbo clock rates that longer work cannot
// sustain; on a shared machine take the best of several samples.
double sample_fma_rate(double seconds = 0.004);

}  // namespace weir
