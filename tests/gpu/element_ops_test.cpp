// Multiply, PReLU, Dropout and Embedding on a device against the CPU.

#include <weir/core/error.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/prelu.hpp>

#include "layers/dropout_ops.hpp"
#include "tests/gpu/layer_parity.hpp"
#include "training/host_device_buffer.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::vector<double> indices(std::int64_t count, std::int64_t num) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i * i * 5 % num));
  return values;
}

}  // namespace

TEST_CASE("cuda: multiply of two and three and many inputs has the bits of the CPU") {
  if (!device_here()) return;
  for (const std::size_t inputs : {2U, 3U, 5U, 40U}) compare_all(Multiply(), std::vector<Shape>(inputs, Shape{11}), 0);
}

TEST_CASE("cuda: multiply of NaN and infinity") {
  if (!device_here()) return;
  compare(make_layer(Multiply()), {{3}, {3}}, 2, DType::f32, 0, [](LayerRunner& run) {
    run.set_x({nan_value, infinity, 0, -infinity, 1e38, 2});
  });
}

TEST_CASE("cuda: multiply leaves a gradient that nobody wants alone") {
  if (!device_here()) return;
  LayerRunner device(Multiply(), {{4}, {4}}, {.batch = 3, .device = gpu});
  device.randomize();
  device.forward();
  device.skip_dx(0);
  CHECK_NOTHROW(device.backward());
}

TEST_CASE("cuda: prelu with one slope and with one for each channel") {
  if (!device_here()) return;
  compare_all(PReLU(), {{1}});
  compare_all(PReLU(), {{300}});
  compare_all(PReLU(), {{3, 50}});
  compare_all(PReLU(5, -0.5), {{5}});
  compare_all(PReLU(300), {{300}});
  compare_all(PReLU(3), {{3, 7}});
  compare_all(PReLU(33), {{33, 2, 2}});
  compare_all(PReLU(2), {{2, 9000}});  // large enough for several partial sums for each slope
}

TEST_CASE("cuda: prelu of NaN and zeros and infinities") {
  if (!device_here()) return;
  compare(make_layer(PReLU(2)), {{2, 3}}, 1, DType::f32, 0, [](LayerRunner& run) {
    run.set_x({nan_value, 0, -0.0, -infinity, infinity, -1e-45});
  });
}

TEST_CASE("cuda: prelu without wanted gradients leaves them alone") {
  if (!device_here()) return;
  LayerRunner device(PReLU(4), {{4}}, {.batch = 3, .device = gpu});
  device.randomize();
  device.forward();
  device.skip_dx();
  CHECK_NOTHROW(device.backward());
  device.skip_dparameters();
  CHECK_NOTHROW(device.backward());
}

TEST_CASE("cuda: dropout drops what the CPU drops in every step") {
  if (!device_here()) return;
  HostDeviceBuffer<std::uint64_t> step(gpu, 1);
  for (const DType dtype : compute_types) {
    for (const std::int64_t n : {0, 1, 3, 4, 5, 1023, 100003}) {
      const Tensor x = random_tensor({n}, dtype), there = x.to(gpu);
      for (const double p : {0.0, 0.1, 0.5, 1.0}) {
        for (const std::uint64_t now : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
          Context host = context_for(Device::cpu()), device = context_for(gpu);
          host.key = device.key = RandomKey{77};
          step.host()[0] = now;
          step.push(device);
          host.step = &now;
          device.step = step.on_device();
          Tensor y({n}, dtype), z({n}, dtype, gpu), kept({n}, DType::u8), kept_there({n}, DType::u8, gpu);
          cpu::dropout_forward(host, p, x, y, kept);
          cuda::dropout_forward(device, p, there, z, kept_there);
          INFO("n " << n << ", p " << p << ", step " << now << ", " << to_string(dtype));
          CHECK(bits(kept_there) == bits(kept));
          CHECK(bits(z) == bits(y));
          Tensor dx({n}, dtype), dz({n}, dtype, gpu);
          cpu::dropout_backward(host, p, kept, x, dx);
          cuda::dropout_backward(device, p, kept_there, there, dz);
          CHECK(bits(dz) == bits(dx));
        }
      }
    }
  }
}

TEST_CASE("cuda: dropout as a layer while training and after") {
  if (!device_here()) return;
  compare_all(Dropout(0.3), {{33}}, 0);
  compare(make_layer(Dropout(0.5)), {{8}}, 2, DType::f32, 0, [](LayerRunner& run) {
    run.set_x({nan_value, infinity, -infinity, 1, nan_value, infinity, -infinity, 1, 0, 0, 0, 0, infinity, infinity, nan_value, nan_value});
  });
  LayerRunner device(Dropout(0.5), {{8}}, {.batch = 3, .training = false, .device = gpu});
  device.randomize();
  device.forward();
  device.backward();
  CHECK(bits(device.y()) == bits(device.x()));
  CHECK(bits(device.dx()) == bits(device.dy()));
}

TEST_CASE("cuda: embedding has the bits of the CPU however often a row is named") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const auto& [num, dim] : {std::pair(1, 1), std::pair(3, 5), std::pair(50, 16), std::pair(1000, 33)}) {
      for (const std::int64_t batch : {0, 1, 5, 64}) {
        compare(make_layer(Embedding(num, dim)), {{7}}, batch, dtype, 0,
                [&, n = num](LayerRunner& run) { run.set_x(indices(batch * 7, n)); });
        compare(make_layer(Embedding(num, dim)), {Shape{}}, batch, dtype, 0,
                [&, n = num](LayerRunner& run) { run.set_x(indices(batch, n)); });
      }
    }
  }
}

TEST_CASE("cuda: outside training an index outside the table is an error and nothing is written") {
  if (!device_here()) return;
  for (const double bad : {-1.0, 3.0}) {
    LayerRunner device(Embedding(3, 2), {{2}}, {.batch = 3, .training = false, .device = gpu});
    device.set_x({0, 1, 2, bad, bad, 0});
    const auto before = bits(device.y());
    const std::string message = "embedding(3, 2): sample 1 has the index " + std::to_string(static_cast<int>(bad)) +
                                ", expected 0 to 2. Correct the input, or give the layer more rows.";
    CHECK_THROWS_WITH_AS(device.forward(), message.c_str(), ConfigError);
    CHECK(bits(device.y()) == before);
  }
}

TEST_CASE("cuda: in training an index outside the table reads nothing and makes NaN and has no gradient") {
  if (!device_here() || device_is_stand_in()) return;
  LayerRunner device(Embedding(3, 2), {Shape{}}, {.batch = 3, .device = gpu});
  device.randomize();
  device.set_x({1, 3, -1});
  device.forward();
  device.backward();
  const std::vector<double> y = numbers(device.y()), dweight = numbers(device.dparameter(0)), dy = numbers(device.dy());
  for (std::size_t i = 0; i < 6; ++i) CHECK(std::isnan(y[i]) == (i >= 2));
  CHECK(dweight == std::vector<double>{0, 0, dy[0], dy[1], 0, 0});
}
