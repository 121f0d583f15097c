#include "tests/gpu/stand_in.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace weir::test {

using cuda::Code;
using cuda::success;

namespace {

StandIn* active = nullptr;

thread_local int current = 0;  // the thread's current device

}  // namespace

StandIn& StandIn::self() { return *active; }

StandIn::StandIn(int devices, std::size_t bytes) : devices_(devices), bytes_(bytes), runtime_(table()) {
  if (active != nullptr) throw std::logic_error("a stand-in is there already");
  active = this;
  current = 0;
  override_.emplace(runtime_);
}

StandIn::~StandIn() {
  override_.reset();
  active = nullptr;
  for (const auto& [block, size] : blocks_) std::free(block);
  for (const auto& [block, size] : pinned_) std::free(block);
}

std::int64_t StandIn::count(const std::string& what) const {
  return std::count_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.what.starts_with(what); });
}

Code StandIn::begin(const std::string& what, bool allowed_in_capture, void* stream, void* event) {
  wander();
  calls_.push_back({what, capture_ != nullptr, reinterpret_cast<std::uintptr_t>(stream), reinterpret_cast<std::uintptr_t>(event), current});
  const auto planned = failures_.find(what);
  if (planned != failures_.end()) {
    const Code code = planned->second;
    failures_.erase(planned);
    return code;
  }
  return capture_ && !allowed_in_capture ? in_capture : success;
}

Code StandIn::enqueue(const std::string& what, void* stream, Work work) {
  if (const Code code = begin(what, true, stream); code != success) return code;
  if (capture_) {
    capture_->work.push_back(std::move(work));
  } else {
    put(stream, {Item::Kind::work, std::move(work), nullptr, 0});
  }
  return success;
}

Code StandIn::run(Work work, void* stream) { return self().launch("run", stream, std::move(work)); }

Code StandIn::launch(const std::string& what, void* stream, Work work) {
  return devices_of_queues_.at(stream) == current ? enqueue(what, stream, std::move(work)) : invalid;
}

void StandIn::put(void* stream, Item item) {
  queues_[stream].push_back(std::move(item));
  if (!pace_.deferred) drain(stream);
}

bool StandIn::take(void* stream, bool demanded) {
  std::deque<Item>& queue = queues_[stream];
  if (queue.empty()) return false;
  if (queue.front().kind == Item::Kind::wait && queue.front().event->reached < queue.front().moment) {
    if (!demanded) return false;
    reach(*queue.front().event, queue.front().moment);
  }
  const Item item = std::move(queue.front());
  queue.pop_front();
  if (item.kind == Item::Kind::moment) item.event->reached = item.moment;
  if (item.kind == Item::Kind::work) item.work();
  return true;
}

void StandIn::reach(Event& event, std::uint64_t moment) {
  while (event.reached < moment && take(event.stream, true)) {
  }
}

void StandIn::drain(void* stream) {
  while (take(stream, true)) {
  }
}

void StandIn::drain_all() {
  for (auto& [stream, queue] : queues_) drain(stream);
}

// Lets randomly chosen queues execute some work, on average as much as is enqueued.
void StandIn::wander() {
  if (pace_.seed == 0 || queues_.empty()) return;
  for (std::uint64_t rounds = random(3); rounds > 0; --rounds) {
    auto queue = queues_.begin();
    std::advance(queue, static_cast<std::ptrdiff_t>(random(queues_.size())));
    for (std::uint64_t items = random(8); items > 0 && take(queue->first, false); --items) {
    }
  }
}

std::uint64_t StandIn::random(std::uint64_t below) {
  pace_.state = pace_.state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
  return (pace_.state >> 33) % below;
}

cuda::Runtime StandIn::table() {
  cuda::Runtime t;
  t.version = [] { return std::string("0.0"); };
  t.device_count = [](int* count) {
    *count = self().devices_;
    return self().devices_ > 0 ? success : no_device;
  };
  t.facts = [](int device, cuda::DeviceFacts* facts) {
    if (device < 0 || device >= self().devices_) return invalid;
    *facts = {"stand-in", 9, 0, 4, self().bytes_};
    return success;
  };
  t.use_device = [](int device) {
    if (device < 0 || device >= self().devices_) return invalid;
    current = device;
    return success;
  };
  t.describe = [](Code code) {
    return std::string(code == out_of_memory     ? "out of memory"
                       : code == no_device       ? "no CUDA-capable device is detected"
                       : code == illegal_address ? "an illegal memory access was encountered"
                       : code == in_capture      ? "operation not permitted when stream is capturing"
                                                 : "invalid argument");
  };
  t.is_sticky = [](Code code) { return code == illegal_address; };
  t.allocate = [](void** data, std::size_t bytes) {
    StandIn& me = self();
    if (const Code code = me.begin("allocate", false); code != success) return code;
    if (bytes > me.bytes_ || me.used_ > me.bytes_ - bytes) return out_of_memory;
    *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::memset(*data, 0xCD, bytes);  // uninitialised memory: arbitrary content
    me.blocks_[*data] = bytes;
    me.used_ += bytes;
    return success;
  };
  t.release = [](void* data) {
    StandIn& me = self();
    if (const Code code = me.begin("release", false); code != success) return code;
    const auto block = me.blocks_.find(data);
    if (block == me.blocks_.end()) return invalid;
    me.drain_all();  // as cudaFree does
    me.used_ -= block->second;
    me.blocks_.erase(block);
    std::free(data);
    return success;
  };
  t.memory = [](std::size_t* free, std::size_t* total) {
    *free = self().bytes_ - self().used_;
    *total = self().bytes_;
    return success;
  };
  t.allocate_pinned = [](void** data, std::size_t bytes) {
    if (const Code code = self().begin("allocate_pinned", false); code != success) return code;
    *data = std::malloc(bytes);
    std::memset(*data, 0xCD, bytes);
    self().pinned_[*data] = bytes;
    return success;
  };
  t.release_pinned = [](void* data) {
    const Code code = self().begin("release_pinned", false);
    self().pinned_.erase(data);
    std::free(data);
    return code;
  };
  t.make_stream = [](void** stream) {
    *stream = reinterpret_cast<void*>(++self().streams_);
    self().devices_of_queues_[*stream] = current;
    return self().begin("make_stream", false);
  };
  t.copy = [](void* to, const void* from, std::size_t bytes, void* stream) {
    return self().enqueue("copy", stream, [=] { std::memmove(to, from, bytes); });
  };
  t.set = [](void* to, int byte, std::size_t bytes, void* stream) {
    return self().enqueue("set", stream, [=] { std::memset(to, byte, bytes); });
  };
  t.wait = [](void* stream) {
    const Code code = self().begin("wait", false, stream);
    if (code == success) self().drain(stream);
    return code;
  };
  t.make_event = [](void** event) {
    if (const Code code = self().begin("make_event", false); code != success) return code;
    *event = reinterpret_cast<void*>(++self().events_made_);
    self().events_[*event] = std::make_shared<Event>();
    return success;
  };
  t.release_event = [](void* event) {
    self().events_.erase(event);
    return success;
  };
  t.record = [](void* event, void* stream) {
    if (const Code code = self().begin("record", true, stream, event); code != success) return code;
    const std::shared_ptr<Event> recorded = self().events_.at(event);
    recorded->stream = stream;
    self().put(stream, {Item::Kind::moment, {}, recorded, ++recorded->recorded});
    return success;
  };
  t.wait_event = [](void* event) {
    const Code code = self().begin("wait_event", false, nullptr, event);
    if (code == success) self().reach(*self().events_.at(event), self().events_.at(event)->recorded);
    return code;
  };
  t.stream_waits = [](void* stream, void* event) {
    if (const Code code = self().begin("stream_waits", true, stream, event); code != success) return code;
    self().put(stream, {Item::Kind::wait, {}, self().events_.at(event), self().events_.at(event)->recorded});
    return success;
  };
  t.begin_capture = [](void*) {
    StandIn& me = self();
    if (const Code code = me.begin("begin_capture", false); code != success) return code;
    me.capture_ = std::make_unique<Recorded>();
    return success;
  };
  t.end_capture = [](void*, void** graph) {
    StandIn& me = self();
    auto recorded = std::move(me.capture_);
    if (const Code code = me.begin("end_capture", true); code != success) return code;
    if (!recorded) return invalid;
    *graph = recorded.get();
    me.graphs_[*graph] = std::move(recorded);
    return success;
  };
  t.replay = [](void* graph, void* stream) {
    if (const Code code = self().begin("replay", false, stream); code != success) return code;
    const auto replay = [recorded = self().graphs_.at(graph).get()] {
      for (const Work& work : recorded->work) work();
    };
    self().put(stream, {Item::Kind::work, replay, nullptr, 0});
    return success;
  };
  t.release_graph = [](void* graph) {
    self().drain_all();
    self().graphs_.erase(graph);
    return self().begin("release_graph", false);
  };
  t.launch = [](const char* op, const void*, const cuda::Grid&, void**, void* stream) {
    return self().launch(std::string("launch ") + op, stream, [] {});  // real kernels cannot run here: the launch is only recorded
  };
  return t;
}

}  // namespace weir::test
