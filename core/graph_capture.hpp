#pragma once

#include <weir/core/context.hpp>

// CUDA graphs: a training step is recorded once and then replayed.

namespace weir::cuda {

// A CUDA graph: a recorded sequence of kernels and copies that is replayed as one launch. It uses the addresses that were current when it
// was recorded; values that change from one replay to the next must be read from device memory.
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

// From construction to finish(), this thread's work on the context's stream is recorded instead of executed. Allocating, waiting and
// copying to or from the host throw DeviceError meanwhile. Destruction without finish() discards the recording.
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
