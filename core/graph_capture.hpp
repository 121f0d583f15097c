#pragma once

#include <weir/core/context.hpp>

// A step of a CUDA device that is recorded once and replayed.

namespace weir::cuda {

// A sequence of device work that is replayed as one launch. What it works on lies where it lay when it was recorded; what changes from one
// replay to the next it reads from device memory.
class RecordedGraph {
 public:
  RecordedGraph() = default;
  RecordedGraph(RecordedGraph&& other) noexcept;
  RecordedGraph& operator=(RecordedGraph&& other) noexcept;
  ~RecordedGraph();

  explicit operator bool() const { return handle_ != nullptr; }

  void replay(const Context& context) const;

 private:
  friend class Capture;
  void* handle_ = nullptr;
};

// Between its begin and its end the work of this thread on the context's stream is recorded and not done. It must not allocate, wait or
// copy to or from the host: each throws DeviceError. An object that ends without finish() drops what it recorded.
class Capture {
 public:
  explicit Capture(const Context& context);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  RecordedGraph finish();

 private:
  void* stream_;
  bool open_ = true;
};

}  // namespace weir::cuda
