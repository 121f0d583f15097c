#pragma once

namespace weir::cuda {

// Throws DeviceError "cuda: <what> cannot be part of a captured step. ..." while this thread captures a graph.
void require_no_capture(const char* what);

}  // namespace weir::cuda
