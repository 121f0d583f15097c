// gpu/runtime over a simulated CUDA runtime: what it allocates and when, and the messages when a call fails.

#include <doctest/doctest.h>

#include <thread>
#include <weir/core/array.hpp>
#include <weir/core/device.hpp>
#include <weir/core/error.hpp>
#include <weir/core/tensor.hpp>

#include "core/graph_capture.hpp"
#include "core/memory_ops.hpp"
#include "gpu/runtime/runtime.hpp"
#include "gpu/runtime/stream.hpp"
#include "tests/gpu/stand_in.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using test::StandIn;

TEST_CASE("cuda: a device is found and described in words") {
  const StandIn device(2, std::size_t{8} << 30);
  CHECK(best_device() == Device::cuda());
  CHECK(cuda::device_count() == 2);
  CHECK(cuda_status() == "cuda:0 stand-in (compute capability 9.0, 8 GiB), cuda:1 stand-in (compute capability 9.0, 8 GiB), CUDA 0.0");
}

TEST_CASE("cuda: without a device the CPU is best and the reason is named") {
  const StandIn device(0);
  CHECK(best_device() == Device::cpu());
  CHECK(cuda_status() == "built with CUDA 0.0, but no device can be used: no CUDA-capable device is detected (code 100)");
  CHECK_THROWS_AS(Tensor(Shape{1}, DType::f32, Device::cuda()), DeviceError);
}

TEST_CASE("cuda: a tensor goes to a device and back") {
  const StandIn device;
  const Tensor x = Tensor::from<float>({1, -2, 3}, {3});
  const Tensor back = x.to(Device::cuda()).to(Device::cpu());
  CHECK(back.values<float>()[1] == -2.0F);
  CHECK(device.blocks() == 1);  // the stream's scratch; the tensor's block was freed
}

TEST_CASE("cuda: a new block holds zeros") {
  const StandIn device;
  const Tensor zeros = Tensor(Shape{5}, DType::i32, Device::cuda()).to(Device::cpu());
  for (const std::int32_t value : zeros.values<std::int32_t>()) CHECK(value == 0);
}

TEST_CASE("cuda: an empty block is memory and not nothing") {
  const StandIn device;
  CHECK_FALSE(Tensor(Shape{0}, DType::f32, Device::cuda()).empty());
}

TEST_CASE("cuda: running out of memory names wanted and free and total and leaves the device usable") {
  StandIn device(1, std::size_t{1} << 21);
  const Tensor first(Shape{1000}, DType::f32, Device::cuda());
  CHECK_THROWS_WITH_AS(
      Tensor(Shape{1 << 20}, DType::f32, Device::cuda()),
      "cuda:0: out of memory: 4194304 bytes wanted, 1044576 free of 2097152. Use a smaller max_batch or a smaller network.", DeviceError);
  CHECK_NOTHROW(Tensor(Shape{1000}, DType::f32, Device::cuda()));
}

TEST_CASE("cuda: a block whose zeros fail is released") {
  StandIn device;
  const Tensor first(Shape{1}, DType::f32, Device::cuda());
  const std::size_t blocks = device.blocks();
  device.fail_next("set", StandIn::invalid);
  CHECK_THROWS_WITH_AS(Tensor(Shape{4}, DType::f32, Device::cuda()), "cuda: zero-filling a new block: invalid argument (code 1).",
                       DeviceError);
  CHECK(device.blocks() == blocks);
}

TEST_CASE("cuda: a sticky error is reported once and every later call gets one clear message") {
  StandIn device;
  Tensor x(Shape{4}, DType::f32, Device::cuda());
  const Tensor host(Shape{4});
  device.fail_next("wait", StandIn::illegal_address);
  CHECK_THROWS_WITH_AS(
      copy(host, x),
      "cuda: copy: an illegal memory access was encountered (code 700). This program can use no CUDA device any more: save "
      "what is on the host and start it again.",
      DeviceError);
  const char* later =
      "cuda: no device can be used after an earlier error: copy: an illegal memory access was encountered (code 700). Start the program "
      "again.";
  device.clear_calls();
  CHECK_THROWS_WITH_AS(copy(host, x), later, DeviceError);
  CHECK_THROWS_WITH_AS(Tensor(Shape{1}, DType::f32, Device::cuda()), later, DeviceError);
  CHECK_THROWS_WITH_AS(fill(x, 1), later, DeviceError);
  CHECK(device.calls().empty());  // no further call reached the device
}

TEST_CASE("cuda: an error that is not sticky leaves the device usable") {
  StandIn device;
  Tensor x(Shape{4}, DType::f32, Device::cuda());
  const Tensor host(Shape{4});
  device.fail_next("copy", StandIn::invalid);
  CHECK_THROWS_WITH_AS(copy(host, x), "cuda: copy: invalid argument (code 1).", DeviceError);
  CHECK_NOTHROW(copy(host, x));
}

TEST_CASE("cuda: a stream and its memory are made once a thread and device") {
  StandIn device(2);
  void* first = cuda::stream(Device::cuda(0));
  CHECK(cuda::stream(Device::cuda(0)) == first);
  CHECK(cuda::stream(Device::cuda(1)) != first);
  CHECK(device.count("make_stream") == 2);
  void* other = nullptr;
  std::thread([&] { other = cuda::stream(Device::cuda(0)); }).join();
  CHECK(other != first);
}

TEST_CASE("cuda: a call works on its own device whichever is the current one") {
  StandIn device(2);
  const auto device_of = [&](const std::string& what, const auto& work) {
    device.clear_calls();
    work();
    for (const StandIn::Call& call : device.calls()) {
      if (call.what == what) return call.device;
    }
    return -1;
  };
  for (const int other : {0, 1}) {
    const Device mine = Device::cuda(1 - other);
    const Tensor x(Shape{4}, DType::f32, mine);
    Tensor y(Shape{4}, DType::f32, mine);
    Context context = context_for(mine);
    const auto copy_there = [&] { copy(context, x, y); };
    for (void* stream : {context.stream, static_cast<void*>(nullptr)}) {
      context.stream = stream;
      context_for(Device::cuda(other));  // weir uses the other device
      CHECK(device_of("copy", copy_there) == mine.index());
      cuda::runtime().use_device(other);  // the host program changes the current device
      CHECK(device_of("copy", copy_there) == mine.index());
    }
    cuda::runtime().use_device(other);
    CHECK(device_of("allocate", [&] { Tensor(Shape{4}, DType::f32, mine); }) == mine.index());
  }
}

TEST_CASE("cuda: a captured graph does nothing until it is replayed and reads what is there then") {
  StandIn device;
  const Context context = context_for(Device::cuda());
  Tensor from = Tensor::from<float>({1, 2}, {2}).to(Device::cuda()), to(Shape{2}, DType::f32, Device::cuda());
  cuda::Capture capture(context);
  copy(context, from, to);
  const cuda::RecordedGraph graph = capture.finish();
  CHECK(test::numbers(to)[1] == 0);
  graph.replay(context);
  CHECK(test::numbers(to)[1] == 2);
  copy(Tensor::from<float>({7, 8}, {2}), from);
  graph.replay(context);
  CHECK(test::numbers(to)[1] == 8);
}

TEST_CASE("cuda: in a capture an allocation and a wait and a copy to the host are refused by name") {
  StandIn device;
  const Context context = context_for(Device::cuda());
  Tensor x(Shape{2}, DType::f32, Device::cuda());
  Tensor host(Shape{2});
  const auto message = [](const std::string& what) {
    return "cuda: " + what + " cannot be part of a captured step. A layer that needs it must answer false to Layer::capturable().";
  };
  {
    const cuda::Capture capture(context);
    CHECK_THROWS_WITH_AS(Tensor(Shape{2}, DType::f32, Device::cuda()), message("an allocation").c_str(), DeviceError);
    CHECK_THROWS_WITH_AS(cuda::wait(context), message("a wait").c_str(), DeviceError);
    CHECK_THROWS_WITH_AS(copy(context, x, host), message("a copy to or from the host").c_str(), DeviceError);
    CHECK_THROWS_WITH_AS(cuda::Capture(context).finish(), message("a capture").c_str(), DeviceError);
  }
  CHECK_NOTHROW(copy(context, x, host));  // the capture has ended
  CHECK(device.count("release_graph") == 1);
}

TEST_CASE("cuda: a graph that cannot be made ready leaves no capture open") {
  StandIn device;
  const Context context = context_for(Device::cuda());
  cuda::Capture capture(context);
  device.fail_next("end_capture", StandIn::invalid);
  CHECK_THROWS_WITH_AS(capture.finish(), "cuda: end of a capture: invalid argument (code 1).", DeviceError);
  CHECK_NOTHROW(cuda::wait(context));
}
