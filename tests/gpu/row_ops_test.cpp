// Softmax and norms on a device against the CPU.

#include <weir/core/error.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>

#include "tests/gpu/layer_parity.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const std::vector<double> not_finite = {1e4,       -1e4, 0, 3.4e38,   -3.4e38, 0, nan_value, 1,   2,  //
                                        -infinity, 1,    2, infinity, 1,       2, 88,        -88, 1};

}  // namespace

TEST_CASE("cuda: softmax and its logarithm of every width") {
  if (!device_here()) return;
  for (const std::int64_t width : {1, 2, 3, 10, 31, 32, 33, 1000}) {
    compare_all(Softmax(), {{width}});
    compare_all(LogSoftmax(), {{width}});
  }
  compare_all(Softmax(), {{4, 5}});
  compare_all(LogSoftmax(), {{4, 5}});
}

TEST_CASE("cuda: softmax and its logarithm of numbers that are huge or not finite") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    const auto prepare = [](LayerRunner& run) { run.set_x(not_finite); };
    compare(make_layer(Softmax()), {{3}}, 6, dtype, 1e-6, prepare);
    compare(make_layer(LogSoftmax()), {{3}}, 6, dtype, 1e-6, prepare);
  }
}

TEST_CASE("cuda: softmax in place is softmax") {
  if (!device_here()) return;
  const auto check = [](const Layer& layer) {
    LayerRunner apart(layer, {{37}}, {.batch = 9, .device = gpu}), same(layer, {{37}}, {.batch = 9, .device = gpu});
    apart.randomize();
    same.randomize();
    apart.forward();
    LayerArgs args = same.bind();
    args.y = same.x();
    layer.forward(same.context(), args);
    CHECK(bits(same.x()) == bits(apart.y()));
  };
  check(Softmax());
  check(LogSoftmax());
}

TEST_CASE("cuda: layer norm and rms norm of every width") {
  if (!device_here()) return;
  for (const std::int64_t width : {2, 3, 10, 33, 600}) {
    for (const bool affine : {true, false}) {
      compare_all(LayerNorm({.elementwise_affine = affine}), {{width}}, 4);
      compare_all(RMSNorm({.elementwise_affine = affine}), {{width}}, 4);
    }
  }
  compare_all(LayerNorm(), {{5, 12}}, 4);
  compare_all(RMSNorm({.eps = 0.1}), {{5, 12}}, 4);
}

TEST_CASE("cuda: norms keep what is not finite in its sample") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    const auto prepare = [](LayerRunner& run) {
      std::vector<double> x(12, 0.5);
      x[0] = x[11] = -0.5;
      x[5] = nan_value;
      run.set_x(x);
    };
    compare(make_layer(LayerNorm({.elementwise_affine = false})), {{4}}, 3, dtype, 1e-5, prepare);
    compare(make_layer(RMSNorm({.elementwise_affine = false})), {{4}}, 3, dtype, 1e-5, prepare);
  }
}

TEST_CASE("cuda: batch norm of batches of every size with its running statistics") {
  if (!device_here()) return;
  for (const bool affine : {true, false}) {
    for (const DType dtype : compute_types) {
      for (const std::int64_t features : {1, 3, 32, 33, 300}) {
        for (const std::int64_t batch : {0, 3, 8, 64, 257, 2000}) {
          compare(make_layer(BatchNorm({.eps = 0.01, .momentum = 0.3, .affine = affine})), {{features}}, batch, dtype, 4 * sum_bound(dtype),
                  [](LayerRunner&) {});
        }
      }
    }
  }
}

TEST_CASE("cuda: batch norm by its running statistics") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    LayerRunner host(BatchNorm(), {{7}}, {.batch = 5, .dtype = dtype, .training = false});
    LayerRunner device(BatchNorm(), {{7}}, {.batch = 5, .dtype = dtype, .training = false, .device = gpu});
    for (LayerRunner* run : {&host, &device}) {
      run->randomize();
      run->forward();
      run->backward();
    }
    CHECK(bits(device.y()) == bits(host.y()));
    CHECK(bits(device.dx()) == bits(host.dx()));
    CHECK(difference(device.dparameter(0), host.dparameter(0)) <= sum_bound(dtype));
  }
}

TEST_CASE("cuda: batch norm of one sample is refused") {
  if (!device_here()) return;
  LayerRunner device(BatchNorm(), {{4}}, {.batch = 1, .device = gpu});
  CHECK_THROWS_WITH_AS(device.forward(),
                       "batch_norm: a training batch of 1 sample has no variance, expected 2 or more. Choose another batch size.",
                       ConfigError);
}

TEST_CASE("cuda: norms without wanted gradients leave them alone") {
  if (!device_here()) return;
  const auto check = [](std::shared_ptr<const Layer> layer) {
    LayerRunner host(layer, {{5}}, {.batch = 7}), device(layer, {{5}}, {.batch = 7, .device = gpu});
    for (LayerRunner* run : {&host, &device}) {
      run->randomize();
      run->forward();
      run->skip_dparameters();
      run->backward();
    }
    CHECK(difference(device.dx(), host.dx()) <= 1e-5);
    device.skip_dx();
    CHECK_NOTHROW(device.backward());
  };
  check(make_layer(LayerNorm()));
  check(make_layer(RMSNorm()));
  check(make_layer(BatchNorm()));
}
