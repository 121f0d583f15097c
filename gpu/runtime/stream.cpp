#include "gpu/runtime/stream.hpp"

#include <mutex>
#include <vector>

#include "gpu/runtime/products.hpp"
#include "gpu/runtime/runtime.hpp"

namespace weir::cuda {

namespace {

// Streams of threads that have ended, for reuse by other threads. Never destroyed: at exit the driver may shut down before static
// destructors run.
struct Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Stream>> free;
};

Pool& pool() {
  static Pool* all = new Pool;
  return *all;
}

// Called every time, because the host program may have made another device current.
void use(Device device) { check(runtime().use_device(device.index()), "selecting the device"); }

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
  check(runtime().allocate(&stream->scratch, Stream::scratch_bytes), "workspace for reductions");
  return stream;
}

// The streams of one thread, and which Runtime table made them: streams of a test's table are of no use to another.
struct ThreadStreams {
  std::uint64_t maker = built_in_generation;
  std::vector<std::unique_ptr<Stream>> streams;  // by device

  ~ThreadStreams() {
    if (maker != built_in_generation) return;
    const std::lock_guard lock(pool().mutex);
    for (auto& stream : streams) {
      if (stream) pool().free.push_back(std::move(stream));
    }
  }
};

thread_local ThreadStreams mine;

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
