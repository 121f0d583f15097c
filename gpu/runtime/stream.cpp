#include "gpu/runtime/stream.hpp"

#include <mutex>
#include <vector>

#include "gpu/runtime/capture.hpp"
#include "gpu/runtime/products.hpp"
#include "gpu/runtime/runtime.hpp"

namespace weir::cuda {

namespace {

// Streams of threads that have ended, for the next thread. Never destroyed: the driver may be gone before static objects are.
struct Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Stream>> free;
};

Pool& pool() {
  static Pool* all = new Pool;
  return *all;
}

// Each time anew: another device, or the program around weir, may have made another one current.
void use(Device device) { check(runtime().use_device(device.index()), "choice of the device"); }

std::unique_ptr<Stream> take(Device device) {
  const std::lock_guard lock(pool().mutex);
  for (auto& stream : pool().free) {
    if (stream && stream->device == device) return std::move(stream);
  }
  return nullptr;
}

std::unique_ptr<Stream> make(Device device) {
  require_no_capture("a new stream");
  auto stream = std::make_unique<Stream>();
  stream->device = device;
  DeviceFacts facts;
  check(runtime().facts(device.index(), &facts), "properties of the device");
  stream->multiprocessors = facts.multiprocessors;
  check(runtime().make_stream(&stream->handle), "a new stream");
  check(runtime().allocate(&stream->scratch, Stream::scratch_bytes), "memory for reductions");
  return stream;
}

// The streams of one thread, and which runtime made them: a stand-in's are worth nothing to another.
struct Mine {
  std::uint64_t maker = built_in_generation;
  std::vector<std::unique_ptr<Stream>> streams;  // by device

  ~Mine() {
    if (maker != built_in_generation) return;
    const std::lock_guard lock(pool().mutex);
    for (auto& stream : streams) {
      if (stream) pool().free.push_back(std::move(stream));
    }
  }
};

thread_local Mine mine;

}  // namespace

Stream::Stream() = default;
Stream::~Stream() = default;

Stream& stream_of(Device device) {
  require_usable();
  if (mine.maker != runtime_generation()) {
    mine.streams.clear();
    mine.maker = runtime_generation();
  }
  use(device);
  const auto index = static_cast<std::size_t>(device.index());
  if (index >= mine.streams.size()) mine.streams.resize(index + 1);
  auto& stream = mine.streams[index];
  if (!stream && mine.maker == built_in_generation) stream = take(device);
  if (!stream) stream = make(device);
  return *stream;
}

void* queue_of(const Context& context) {
  if (context.stream == nullptr) return stream_of(context.device).handle;
  require_usable();
  use(context.device);
  return context.stream;
}

}  // namespace weir::cuda
