#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <weir/core/context.hpp>

namespace weir::cuda {

class ProductPlans;

// One thread's queue of work on one device, and the memory that its operations work in: made by the thread's first use of the device,
// never released, and given to another thread when the first one ends. So operations allocate nothing in a step, and no two threads
// share a workspace.
struct Stream {
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  static constexpr std::size_t scratch_bytes = std::size_t{1} << 20;

  Device device;
  void* handle = nullptr;   // a cudaStream_t
  void* copies = nullptr;   // another, for copies beside the work; made by the first UploadRing
  void* scratch = nullptr;  // scratch_bytes for reductions
  int multiprocessors = 0;
  std::unique_ptr<ProductPlans> products;  // see products.hpp; made by the first product
};

// This thread's for the device, which becomes the thread's current one. DeviceError when there is none.
Stream& stream_of(Device device);

// The queue of a call: the context's own, or this thread's. Its device becomes the thread's current one, as a launch demands.
void* queue_of(const Context& context);

}  // namespace weir::cuda
