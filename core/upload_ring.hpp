#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <weir/core/context.hpp>
#include <weir/core/tensor.hpp>

// Batches on their way from the host to a CUDA device while that works on the ones before.

namespace weir::cuda {

// A few slots of page-locked host memory, each with its twin on the device, and a queue of copies beside the queue of work. The way of
// a batch through its slot, where => is a wait in another queue for the event that is recorded on the left:
//
//   host     fill(): waits for the slot's last copy; then the caller writes
//   copies   send(): (read of the slot's last batch =>) copy, record copied
//   work     send(): (copied =>) then the caller enqueues what reads the twin; done(): record read
//
// The host waits for nothing but the copy out of the slot that it is about to write, three batches back.
class UploadRing {
 public:
  static constexpr std::size_t slots = 3;  // one is read, one copied, one filled

  // Slots of so many bytes. DeviceError when the host has no page-locked memory for them, or the device none.
  UploadRing(Device device, std::size_t bytes);
  ~UploadRing();
  UploadRing(const UploadRing&) = delete;
  UploadRing& operator=(const UploadRing&) = delete;

  // Where the next batch is to be written, on the host.
  std::byte* fill();
  // The first so many bytes of it, on the device, for the work that is enqueued with this context from now until done().
  const std::byte* send(const Context& context, std::size_t bytes);
  void done(const Context& context);

 private:
  struct Handle {  // knows how to give itself back
    void (*release)(void*);
    void operator()(void* handle) const { release(handle); }
  };
  using Owned = std::unique_ptr<void, Handle>;
  struct Slot {
    Owned host, copied, read;
    std::byte* twin = nullptr;
  };

  static Owned make_event();

  Tensor twins_;
  std::array<Slot, slots> slots_;
  std::size_t next_ = 0;
  void* copies_ = nullptr;  // the queue
};

}  // namespace weir::cuda
