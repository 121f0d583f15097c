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

}  // namespace

StandIn& StandIn::self() { return *active; }

StandIn::StandIn(int devices, std::size_t bytes) : devices_(devices), bytes_(bytes), runtime_(table()) {
  if (active != nullptr) throw std::logic_error("a stand-in is there already");
  active = this;
  override_.emplace(runtime_);
}

StandIn::~StandIn() {
  override_.reset();
  active = nullptr;
  for (const auto& [block, size] : blocks_) std::free(block);
}

std::int64_t StandIn::count(const std::string& what) const {
  return std::count_if(calls_.begin(), calls_.end(), [&](const Call& call) { return call.what.starts_with(what); });
}

Code StandIn::begin(const std::string& what, bool allowed_in_capture) {
  calls_.push_back({what, capture_ != nullptr});
  const auto planned = failures_.find(what);
  if (planned != failures_.end()) {
    const Code code = planned->second;
    failures_.erase(planned);
    return code;
  }
  return capture_ && !allowed_in_capture ? in_capture : success;
}

Code StandIn::enqueue(const std::string& what, Work work) {
  if (const Code code = begin(what, true); code != success) return code;
  if (capture_) {
    capture_->work.push_back(std::move(work));
  } else {
    work();
  }
  return success;
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
  t.use_device = [](int device) { return device < self().devices_ ? success : invalid; };
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
    std::memset(*data, 0xCD, bytes);  // a device's memory holds anything
    me.blocks_[*data] = bytes;
    me.used_ += bytes;
    return success;
  };
  t.release = [](void* data) {
    StandIn& me = self();
    if (const Code code = me.begin("release", false); code != success) return code;
    const auto block = me.blocks_.find(data);
    if (block == me.blocks_.end()) return invalid;
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
    return success;
  };
  t.release_pinned = [](void* data) {
    std::free(data);
    return success;
  };
  t.make_stream = [](void** stream) {
    *stream = reinterpret_cast<void*>(++self().streams_);
    return self().begin("make_stream", false);
  };
  t.copy = [](void* to, const void* from, std::size_t bytes, void*) {
    return self().enqueue("copy", [=] { std::memmove(to, from, bytes); });
  };
  t.set = [](void* to, int byte, std::size_t bytes, void*) { return self().enqueue("set", [=] { std::memset(to, byte, bytes); }); };
  t.wait = [](void*) { return self().begin("wait", false); };
  t.make_event = [](void** event) {
    *event = &self();
    return self().begin("make_event", false);
  };
  t.release_event = [](void*) { return success; };
  t.record = [](void*, void*) { return self().begin("record", true); };
  t.wait_event = [](void*) { return self().begin("wait_event", false); };
  t.stream_waits = [](void*, void*) { return self().begin("stream_waits", true); };
  t.milliseconds = [](float* between, void*, void*) {
    *between = 1;
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
  t.replay = [](void* graph, void*) {
    if (const Code code = self().begin("replay", false); code != success) return code;
    for (const Work& work : self().graphs_.at(graph)->work) work();
    return success;
  };
  t.release_graph = [](void* graph) {
    self().graphs_.erase(graph);
    return self().begin("release_graph", false);
  };
  t.launch = [](const char* op, const void*, const cuda::Grid&, void**, void*) {
    return self().enqueue(std::string("launch ") + op, [] {});  // kernels are for devices that are there
  };
  t.run = [](const std::function<void()>& operation, void*) { return self().enqueue("run", operation); };
  return t;
}

}  // namespace weir::test
