#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

// The one table through which weir reaches the CUDA runtime. No header of CUDA's is needed to read it, so that everything above it is
// compiled and tested where there is no CUDA: the tests put a stand-in in its place.

namespace weir::cuda {

using Code = int;  // of the CUDA runtime; 0 is success
inline constexpr Code success = 0;

struct DeviceFacts {
  std::string name;
  int major = 0, minor = 0;  // compute capability
  int multiprocessors = 0;
  std::size_t bytes = 0;
};

// Blocks and threads of a launch, in two directions.
struct Grid {
  unsigned blocks_x = 1, blocks_y = 1, threads_x = 1, threads_y = 1;
};

struct Runtime {
  const char* missing = nullptr;  // why there is no CUDA in this build; nullptr when there is
  std::string (*version)() = nullptr;

  Code (*device_count)(int* count) = nullptr;
  Code (*facts)(int device, DeviceFacts* facts) = nullptr;
  Code (*use_device)(int device) = nullptr;  // for this thread
  std::string (*describe)(Code code) = nullptr;
  bool (*is_sticky)(Code code) = nullptr;  // after this one the program can use no device any more

  Code (*allocate)(void** data, std::size_t bytes) = nullptr;
  Code (*release)(void* data) = nullptr;
  Code (*memory)(std::size_t* free, std::size_t* total) = nullptr;
  Code (*allocate_pinned)(void** data, std::size_t bytes) = nullptr;  // page-locked: copies from it run beside the work
  Code (*release_pinned)(void* data) = nullptr;

  Code (*make_stream)(void** stream) = nullptr;
  Code (*copy)(void* to, const void* from, std::size_t bytes, void* stream) = nullptr;  // either side on a device or the host
  Code (*set)(void* to, int byte, std::size_t bytes, void* stream) = nullptr;
  Code (*wait)(void* stream) = nullptr;

  Code (*make_event)(void** event) = nullptr;
  Code (*release_event)(void* event) = nullptr;
  Code (*record)(void* event, void* stream) = nullptr;
  Code (*wait_event)(void* event) = nullptr;                  // the host waits; not at all for an event that was never recorded
  Code (*stream_waits)(void* stream, void* event) = nullptr;  // what comes later on the stream waits, for the last record until now

  Code (*begin_capture)(void* stream) = nullptr;
  Code (*end_capture)(void* stream, void** graph) = nullptr;  // ready to replay; ends the capture also when it fails
  Code (*replay)(void* graph, void* stream) = nullptr;
  Code (*release_graph)(void* graph) = nullptr;

  Code (*launch)(const char* op, const void* kernel, const Grid& grid, void** arguments, void* stream) = nullptr;
};

// What this build has: the CUDA runtime, or a table that is all `missing`.
const Runtime& built_in_runtime();

// The table in use, and a number that is another one for each table that ever was.
const Runtime& runtime() noexcept;
inline constexpr std::uint64_t built_in_generation = 0;
std::uint64_t runtime_generation() noexcept;

// Puts a stand-in in the place of the built-in table for as long as it lives. For tests; no device memory may outlive it.
class RuntimeOverride {
 public:
  explicit RuntimeOverride(const Runtime& stand_in);
  ~RuntimeOverride();
  RuntimeOverride(const RuntimeOverride&) = delete;
  RuntimeOverride& operator=(const RuntimeOverride&) = delete;
};

// Throws DeviceError "cuda: <what>: <the runtime's words> (code 700). ..." unless the code is success. A sticky one is remembered.
void check(Code code, const char* what);

// Throws DeviceError when an earlier sticky error has made the devices unusable, or when this build has no CUDA.
void require_usable();

}  // namespace weir::cuda
