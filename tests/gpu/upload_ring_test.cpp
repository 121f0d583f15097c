// UploadRing, on the stand-in device whose queues execute as late as allowed or at random times.

#include "core/upload_ring.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/graph_capture.hpp"
#include "core/memory_ops.hpp"
#include "gpu/runtime/runtime.hpp"
#include "tests/gpu/stand_in.hpp"

using namespace weir;
using cuda::UploadRing;
using test::StandIn;

namespace {

const Device gpu = Device::cuda();

// Sends `batches` batches, the n-th filled with n, and on the device copies each from its slot to row n of `results`.
void send_batches(UploadRing& ring, const Context& context, Tensor& results, int batches, std::size_t bytes) {
  for (int n = 0; n < batches; ++n) {
    std::memset(ring.fill(), n, bytes);
    const std::byte* slot = ring.send(context, bytes);
    std::byte* result = static_cast<std::byte*>(results.view().raw()) + static_cast<std::size_t>(n) * bytes;
    cuda::check(cuda::runtime().copy(result, slot, bytes, context.stream), "read");
    ring.done(context);
  }
}

}  // namespace

TEST_CASE("upload ring: a slot is filled after its last copy and copied into after its last reader") {
  StandIn device;
  const Context context = context_for(gpu);
  Tensor results(Shape{7 * 40}, DType::u8, gpu);
  UploadRing ring(gpu, 40);
  device.clear_calls();
  send_batches(ring, context, results, 7, 40);

  std::vector<std::string> calls, expected;
  for (const StandIn::Call& call : device.calls())
    calls.push_back(call.what + ", stream " + std::to_string(call.stream) + ", event " + std::to_string(call.event));
  for (int n = 0; n < 7; ++n) {
    const std::string copied = ", event " + std::to_string(n % 3 * 2 + 1), read = ", event " + std::to_string(n % 3 * 2 + 2);
    const std::string work = ", stream 1", copies = ", stream 2", none = ", event 0";
    for (const std::string& call :
         {"wait_event, stream 0" + copied, "stream_waits" + copies + read, "copy" + copies + none, "record" + copies + copied,
          "stream_waits" + work + copied, "copy" + work + none, "record" + work + read})
      expected.push_back(call);
  }
  CHECK(calls == expected);
}

TEST_CASE("upload ring: every batch arrives at whatever pace the queues work") {
  constexpr int batches = 60;
  constexpr std::size_t bytes = 300;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    StandIn device;
    const Context context = context_for(gpu);
    Tensor results(Shape{batches * bytes}, DType::u8, gpu);
    {
      UploadRing ring(gpu, bytes);
      device.defer(seed);
      send_batches(ring, context, results, batches, bytes);
    }
    const Tensor host = results.to(Device::cpu());
    int wrong = 0;
    for (std::size_t i = 0; i < batches * bytes; ++i) wrong += host.values<std::uint8_t>()[i] != i / bytes;
    INFO("seed " << seed);
    CHECK(wrong == 0);
  }
}

TEST_CASE("upload ring: the host runs ahead of the device by the ring and no further") {
  StandIn device;
  const Context context = context_for(gpu);
  Tensor results(Shape{9 * 8}, DType::u8, gpu);
  UploadRing ring(gpu, 8);
  device.defer();  // queues execute nothing before they are waited for
  const auto seen = [&](int n) { return *(static_cast<const unsigned char*>(results.view().raw()) + n * 8); };
  std::memset(results.view().raw(), 0xFF, 9 * 8);
  for (int n = 0; n < 9; ++n) {
    std::memset(ring.fill(), n, 8);
    // fill() waits for the slot's previous copy, which waited for the reader of the batch before it in that slot: six batches back.
    if (n >= 6) CHECK(seen(n - 6) == n - 6);
    if (n >= 5) CHECK(seen(n - 5) == 0xFF);
    const std::byte* slot = ring.send(context, 8);
    cuda::check(cuda::runtime().copy(static_cast<std::byte*>(results.view().raw()) + n * 8, slot, 8, context.stream), "read");
    ring.done(context);
  }
}

TEST_CASE("upload ring: no slot is given back before the copies from it are over") {
  StandIn device;
  const Context context = context_for(gpu);
  Tensor results(Shape{64}, DType::u8, gpu);
  {
    UploadRing ring(gpu, 64);
    CHECK(device.pinned_blocks() == UploadRing::slots);
    CHECK(device.events() == 2 * UploadRing::slots);
    device.defer();
    send_batches(ring, context, results, 1, 64);
    device.clear_calls();
  }
  REQUIRE(!device.calls().empty());
  CHECK(device.calls().front().what == "wait");
  CHECK(device.calls().front().stream == 2);
  CHECK(device.count("release_pinned") == UploadRing::slots);
  CHECK(device.pinned_blocks() == 0);
  CHECK(device.events() == 0);
}

TEST_CASE("upload ring: the queue of copies is made once a thread") {
  StandIn device;
  for (int i = 0; i < 3; ++i) UploadRing(gpu, 10);
  CHECK(device.count("make_stream") == 2);
}

TEST_CASE("upload ring: without page-locked memory it says so and holds nothing") {
  StandIn device;
  Tensor before(Shape{1}, DType::u8, gpu);
  const std::size_t used = device.used();
  device.fail_next("allocate_pinned", StandIn::out_of_memory);
  CHECK_THROWS_WITH_AS(UploadRing(gpu, 1000),
                       "cuda:0: no page-locked host memory: 1024 bytes wanted: out of memory (code 2). Use a smaller batch.", DeviceError);
  for (const char* what : {"make_event", "allocate"}) {
    device.fail_next(what, StandIn::out_of_memory);
    CHECK_THROWS_AS(UploadRing(gpu, 1000), DeviceError);
  }
  CHECK(device.used() == used);
  CHECK(device.pinned_blocks() == 0);
  CHECK(device.events() == 0);
  CHECK_NOTHROW(UploadRing(gpu, 1000));
}

TEST_CASE("upload ring: it is not for a step that is being recorded") {
  const StandIn device;
  const Context context = context_for(gpu);
  UploadRing ring(gpu, 10);
  const cuda::Capture capture(context);
  CHECK_THROWS_WITH_AS(ring.fill(),
                       "cuda: a copy from the host cannot be part of a captured step. A layer that needs it must answer false to "
                       "Layer::capturable().",
                       DeviceError);
}

TEST_CASE("upload ring: a copy that fails is named") {
  StandIn device;
  const Context context = context_for(gpu);
  UploadRing ring(gpu, 10);
  ring.fill();
  device.fail_next("copy", StandIn::invalid);
  CHECK_THROWS_WITH_AS(ring.send(context, 10), "cuda: upload of a batch: invalid argument (code 1).", DeviceError);
}
