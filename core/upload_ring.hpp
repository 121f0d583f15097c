#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <weir/core/context.hpp>
#include <weir/core/tensor.hpp>

// Uploads batches from the host to a CUDA device while it computes on earlier ones.

namespace weir::cuda {

// A ring of three slots, each a page-locked host buffer with a device buffer of the same size, and a second CUDA stream for the copies.
// What happens to a batch; (event =>) means that the stream waits for the event, which another stream has recorded:
//
//   host           fill(): waits for the event `copied` of the slot's previous batch; then the caller writes the new batch
//   copy stream    send(): (read =>) copies the slot to the device, records `copied`
//   work stream    send(): (copied =>) then the caller enqueues kernels that read the device buffer; done(): records `read`
//
// So the host waits only for the copy of the batch three before, out of the slot that it is about to overwrite.
class UploadRing {
 public:
  static constexpr std::size_t slots = 3;  // one is being read, one copied, one filled

  // Slots of `bytes` bytes. DeviceError if the host has too little page-locked memory or the device too little memory.
  UploadRing(Device device, std::size_t bytes);
  ~UploadRing();
  UploadRing(const UploadRing&) = delete;
  UploadRing& operator=(const UploadRing&) = delete;

  // The host buffer to write the next batch to.
  std::byte* fill();
  // Starts the upload of the first `bytes` bytes. Returns their device address, valid for work that is enqueued with this context before
  // done().
  const std::byte* send(const Context& context, std::size_t bytes);
  void done(const Context& context);

 private:
  struct Handle {  // deleter of a CUDA event or page-locked block
    void (*release)(void*);
    void operator()(void* handle) const { release(handle); }
  };
  using Owned = std::unique_ptr<void, Handle>;
  struct Slot {
    Owned host, copied, read;
    std::byte* on_device = nullptr;
  };

  static Owned make_event();

  Tensor device_slots_;
  std::array<Slot, slots> slots_;
  std::size_t next_ = 0;
  void* copies_ = nullptr;  // the copy stream
};

}  // namespace weir::cuda
