#pragma once

#include <cstddef>
#include <memory>
#include <weir/core/context.hpp>

namespace weir::cuda {

class ProductPlans;

// A CUDA stream of one thread on one device, with the scratch memory of its operations. Created when the thread first uses the device,
// never released, and reused by another thread after this one has ended. So operations allocate nothing during a step, and no two threads
// share scratch memory.
struct Stream {
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  static constexpr std::size_t scratch_bytes = std::size_t{1} << 20;

  Device device;
  void* handle = nullptr;   // a cudaStream_t
  void* copies = nullptr;   // a second cudaStream_t, for uploads that overlap with kernels; made by the first UploadRing
  void* scratch = nullptr;  // scratch_bytes for reductions
  int multiprocessors = 0;
  std::unique_ptr<ProductPlans> products;  // see products.hpp; made by the first product
};

// This thread's stream on the device, which becomes the thread's current device. DeviceError when the device cannot be used.
Stream& stream_of(Device device);

// The cudaStream_t of a call: the context's, or else this thread's. Its device becomes the thread's current device, as a launch requires.
void* queue_of(const Context& context);

// Throws DeviceError "cuda: <what> cannot be part of a captured step. ..." while this thread captures a graph.
void require_no_capture(const char* what);

}  // namespace weir::cuda
