// The Runtime function table, implemented with the CUDA runtime.

#include <cuda_runtime_api.h>

#include "gpu/runtime/runtime.hpp"

namespace weir::cuda {

namespace {

cudaStream_t stream_in(void* stream) { return static_cast<cudaStream_t>(stream); }
cudaEvent_t event_in(void* event) { return static_cast<cudaEvent_t>(event); }

// A call's error code. Clears CUDA's stored last error, so that no later call reports it again.
Code result(cudaError_t error) {
  if (error != cudaSuccess) cudaGetLastError();
  return error;
}

std::string version() {
  int number = 0;
  cudaRuntimeGetVersion(&number);
  return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

Code facts(int device, DeviceFacts* facts) {
  const auto read = [device](int& value, cudaDeviceAttr what) { return cudaDeviceGetAttribute(&value, what, device); };
  if (const auto error = read(facts->major, cudaDevAttrComputeCapabilityMajor); error != cudaSuccess) return result(error);
  if (const auto error = read(facts->minor, cudaDevAttrComputeCapabilityMinor); error != cudaSuccess) return result(error);
  if (const auto error = read(facts->multiprocessors, cudaDevAttrMultiProcessorCount); error != cudaSuccess) return result(error);
  cudaDeviceProp all{};
  if (const auto error = cudaGetDeviceProperties(&all, device); error != cudaSuccess) return result(error);
  facts->name = all.name;
  facts->bytes = all.totalGlobalMem;
  return success;
}

bool is_sticky(Code code) {
  switch (code) {
    case 226:  // cudaErrorContained; by number, as CUDA 12.0 has no names for these three
    case 721:  // cudaErrorTensorMemoryLeak
    case 911:  // cudaErrorExternalDevice
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
    case cudaErrorAssert:
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorContextIsDestroyed:
    case cudaErrorUnknown:
      return true;
    default:
      return false;
  }
}

Code make_stream(void** stream) {
  cudaStream_t made = nullptr;
  const Code code = result(cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking));
  *stream = made;
  return code;
}

Code make_event(void** event) {
  cudaEvent_t made = nullptr;
  const Code code = result(cudaEventCreateWithFlags(&made, cudaEventDisableTiming));
  *event = made;
  return code;
}

Code end_capture(void* stream, void** graph) {
  cudaGraph_t recorded = nullptr;
  if (const auto error = cudaStreamEndCapture(stream_in(stream), &recorded); error != cudaSuccess) return result(error);
  cudaGraphExec_t ready = nullptr;
  const Code code = result(cudaGraphInstantiate(&ready, recorded, 0));
  cudaGraphDestroy(recorded);
  *graph = ready;
  return code;
}

Code launch(const char*, const void* kernel, const Grid& grid, void** arguments, void* stream) {
  return result(
      cudaLaunchKernel(kernel, dim3(grid.blocks_x, grid.blocks_y), dim3(grid.threads_x, grid.threads_y), arguments, 0, stream_in(stream)));
}

Runtime make_table() {
  Runtime table;
  table.version = version;
  table.device_count = [](int* count) { return result(cudaGetDeviceCount(count)); };
  table.facts = facts;
  table.use_device = [](int device) { return result(cudaSetDevice(device)); };
  table.describe = [](Code code) { return std::string(cudaGetErrorString(static_cast<cudaError_t>(code))); };
  table.is_sticky = is_sticky;
  table.allocate = [](void** data, std::size_t bytes) { return result(cudaMalloc(data, bytes)); };
  table.release = [](void* data) { return result(cudaFree(data)); };
  table.memory = [](std::size_t* free, std::size_t* total) { return result(cudaMemGetInfo(free, total)); };
  table.allocate_pinned = [](void** data, std::size_t bytes) { return result(cudaMallocHost(data, bytes)); };
  table.release_pinned = [](void* data) { return result(cudaFreeHost(data)); };
  table.make_stream = make_stream;
  table.copy = [](void* to, const void* from, std::size_t bytes, void* stream) {
    return result(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_in(stream)));
  };
  table.set = [](void* to, int byte, std::size_t bytes, void* stream) {
    return result(cudaMemsetAsync(to, byte, bytes, stream_in(stream)));
  };
  table.wait = [](void* stream) { return result(cudaStreamSynchronize(stream_in(stream))); };
  table.make_event = make_event;
  table.release_event = [](void* event) { return result(cudaEventDestroy(event_in(event))); };
  table.record = [](void* event, void* stream) { return result(cudaEventRecord(event_in(event), stream_in(stream))); };
  table.wait_event = [](void* event) { return result(cudaEventSynchronize(event_in(event))); };
  table.stream_waits = [](void* stream, void* event) { return result(cudaStreamWaitEvent(stream_in(stream), event_in(event), 0)); };
  table.begin_capture = [](void* stream) { return result(cudaStreamBeginCapture(stream_in(stream), cudaStreamCaptureModeThreadLocal)); };
  table.end_capture = end_capture;
  table.replay = [](void* graph, void* stream) { return result(cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), stream_in(stream))); };
  table.release_graph = [](void* graph) { return result(cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph))); };
  table.launch = launch;
  return table;
}

}  // namespace

const Runtime& built_in_runtime() {
  static const Runtime table = make_table();
  return table;
}

}  // namespace weir::cuda
