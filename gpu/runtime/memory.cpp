// Device memory and copies, written against the Runtime function table, so that tests can replace it.

#include <algorithm>
#include <weir/core/error.hpp>

#include "core/memory_ops.hpp"
#include "gpu/runtime/runtime.hpp"
#include "gpu/runtime/stream.hpp"

namespace weir::cuda {

namespace {

void* stream_for(const Context& context, const ConstTensorView& x, const TensorView& y) {
  if (context.device.is_cuda()) return queue_of(context);
  return stream_of(x.device().is_cuda() ? x.device() : y.device()).handle;
}

// "NVIDIA H200 (compute capability 9.0, 139 GiB)".
std::string describe(const DeviceFacts& facts) {
  return facts.name + " (compute capability " + std::to_string(facts.major) + "." + std::to_string(facts.minor) + ", " +
         std::to_string(facts.bytes >> 30) + " GiB)";
}

}  // namespace

int device_count() noexcept {
  int count = 0;
  return runtime().missing == nullptr && runtime().device_count(&count) == success ? count : 0;
}

std::string status() {
  if (runtime().missing != nullptr) return runtime().missing;
  int count = 0;
  const Code code = runtime().device_count(&count);
  if (code != success || count == 0) {
    return "built with CUDA " + runtime().version() + ", but no device can be used: " +
           (code != success ? runtime().describe(code) + " (code " + std::to_string(code) + ")" : "there is none");
  }
  std::string text;
  for (int i = 0; i < count; ++i) {
    DeviceFacts facts;
    const Code found = runtime().facts(i, &facts);
    text += (i == 0 ? "" : ", ") + to_string(Device::cuda(i)) + " " + (found == success ? describe(facts) : runtime().describe(found));
  }
  return text + ", CUDA " + runtime().version();
}

Allocation allocate(Device device, std::size_t bytes) {
  const Stream& stream = stream_of(device);
  require_no_capture("an allocation");
  void* data = nullptr;
  const std::size_t taken = std::max<std::size_t>(bytes, 16);
  if (const Code code = runtime().allocate(&data, taken); code != success) {
    if (runtime().is_sticky(code)) check(code, "an allocation");
    std::size_t free = 0, total = 0;
    runtime().memory(&free, &total);
    throw DeviceError(to_string(device) + ": out of memory: " + std::to_string(bytes) + " bytes wanted, " + std::to_string(free) +
                      " free of " + std::to_string(total) + ". Use a smaller max_batch or a smaller network.");
  }
  const Allocation block{data, [](void* memory) { runtime().release(memory); }};
  try {
    check(runtime().set(data, 0, taken, stream.handle), "zero-filling a new block");
    check(runtime().wait(stream.handle), "zero-filling a new block");
  } catch (...) {
    block.release(data);
    throw;
  }
  return block;
}

void copy(const Context& context, const ConstTensorView& x, const TensorView& y) {
  const std::size_t bytes = static_cast<std::size_t>(x.elements()) * size_of(x.dtype());
  if (bytes == 0 || x.raw() == y.raw()) return;
  const bool host = x.device().is_cpu() || y.device().is_cpu();
  if (host) require_no_capture("a copy to or from the host");
  void* stream = stream_for(context, x, y);
  check(runtime().copy(y.raw(), x.raw(), bytes, stream), "copy");
  if (host) check(runtime().wait(stream), "copy");
}

bool usable() noexcept try {
  require_usable();
  return true;
} catch (const DeviceError&) {
  return false;
}

void* stream(Device device) { return stream_of(device).handle; }

void wait(const Context& context) {
  require_no_capture("a wait");
  require_usable();
  check(runtime().wait(queue_of(context)), "waiting for the device");
}

}  // namespace weir::cuda
