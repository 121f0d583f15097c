#include "core/upload_ring.hpp"

#include <string>
#include <weir/core/error.hpp>

#include "gpu/runtime/runtime.hpp"
#include "gpu/runtime/stream.hpp"

namespace weir::cuda {

namespace {

constexpr const char* what = "upload of a batch";

void* copy_stream(Device device) {
  Stream& stream = stream_of(device);
  if (stream.copies == nullptr) check(runtime().make_stream(&stream.copies), what);
  return stream.copies;
}

void* allocate_pinned(Device device, std::size_t bytes) {
  void* data = nullptr;
  const Code code = runtime().allocate_pinned(&data, bytes);
  if (code == success) return data;
  if (runtime().is_sticky(code)) check(code, what);
  throw DeviceError(to_string(device) + ": no page-locked host memory: " + std::to_string(bytes) +
                    " bytes wanted: " + runtime().describe(code) + " (code " + std::to_string(code) + "). Use a smaller batch.");
}

}  // namespace

UploadRing::Owned UploadRing::make_event() {
  void* event = nullptr;
  check(runtime().make_event(&event), what);
  return {event, {[](void* made) { runtime().release_event(made); }}};
}

UploadRing::UploadRing(Device device, std::size_t bytes) {
  require_no_capture(what);
  copies_ = copy_stream(device);
  const std::size_t slot_bytes = (bytes + 255) / 256 * 256;
  for (Slot& slot : slots_) {
    slot.host = Owned(allocate_pinned(device, slot_bytes), {[](void* block) { runtime().release_pinned(block); }});
    slot.copied = make_event();
    slot.read = make_event();
  }
  device_slots_ = Tensor(Shape{static_cast<std::int64_t>(slots * slot_bytes)}, DType::u8, device);
  for (std::size_t i = 0; i < slots; ++i) slots_[i].on_device = static_cast<std::byte*>(device_slots_.view().raw()) + i * slot_bytes;
}

// Waits until no copy reads the host slots any more, before they are freed. An error here is ignored: a destructor cannot report it.
UploadRing::~UploadRing() { runtime().wait(copies_); }

std::byte* UploadRing::fill() {
  require_usable();
  require_no_capture("a copy from the host");
  check(runtime().wait_event(slots_[next_].copied.get()), what);
  return static_cast<std::byte*>(slots_[next_].host.get());
}

const std::byte* UploadRing::send(const Context& context, std::size_t bytes) {
  const Slot& slot = slots_[next_];
  check(runtime().stream_waits(copies_, slot.read.get()), what);
  check(runtime().copy(slot.on_device, slot.host.get(), bytes, copies_), what);
  check(runtime().record(slot.copied.get(), copies_), what);
  check(runtime().stream_waits(queue_of(context), slot.copied.get()), what);
  return slot.on_device;
}

void UploadRing::done(const Context& context) {
  check(runtime().record(slots_[next_].read.get(), queue_of(context)), what);
  next_ = (next_ + 1) % slots;
}

}  // namespace weir::cuda
