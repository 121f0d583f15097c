#include <string>
#include <utility>
#include <weir/core/error.hpp>

#include "core/graph_capture.hpp"
#include "gpu/runtime/runtime.hpp"
#include "gpu/runtime/stream.hpp"

namespace weir::cuda {

namespace {

thread_local bool capturing = false;

}  // namespace

RecordedGraph::RecordedGraph(RecordedGraph&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

RecordedGraph& RecordedGraph::operator=(RecordedGraph&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

RecordedGraph::~RecordedGraph() {
  if (handle_ != nullptr) runtime().release_graph(handle_);
}

void RecordedGraph::replay(const Context& context) const {
  require_usable();
  check(runtime().replay(handle_, queue_of(context)), "replay of a captured step");
}

Capture::Capture(const Context& context) : stream_(queue_of(context)) {
  require_usable();
  require_no_capture("a capture");
  check(runtime().begin_capture(stream_), "begin of a capture");
  capturing = true;
}

Capture::~Capture() {
  if (!open_) return;
  capturing = false;
  void* dropped = nullptr;
  if (runtime().end_capture(stream_, &dropped) == success && dropped != nullptr) runtime().release_graph(dropped);
}

RecordedGraph Capture::finish() {
  open_ = false;
  capturing = false;
  RecordedGraph graph;
  check(runtime().end_capture(stream_, &graph.handle_), "end of a capture");
  return graph;
}

void require_no_capture(const char* what) {
  if (!capturing) return;
  throw DeviceError("cuda: " + std::string(what) +
                    " cannot be part of a captured step. A layer that needs it must answer false to Layer::capturable().");
}

}  // namespace weir::cuda
