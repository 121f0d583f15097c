// compare_devices: the same step on the CPU and on a device, layer by layer.

#include <sstream>
#include <weir/core/error.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/compare_devices.hpp>

#include "tests/gpu/device.hpp"
#include "tests/support/passing_layer.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// The identity, but on a device it changes one number, as a wrong kernel would.
class Wrong : public PassingLayer {
 public:
  Wrong() : PassingLayer("wrong") {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    if (context.device.is_cuda()) fill(context, args.y.reshaped({args.y.elements()}).rows(3, 1), 0.75);
  }
  bool runs_on(Device) const override { return true; }
};

CompareOptions compare_options(DType dtype = DType::f32) {
  CompareOptions options;
  options.loss = SoftmaxCrossEntropy();
  options.optimizer = Adam();
  options.batch = 20;
  options.device = gpu;
  options.dtype = dtype;
  return options;
}

}  // namespace

TEST_CASE("cuda: compare mode finds nothing where there is nothing") {
  if (!device_here()) return;
  for (const DType dtype : {DType::f32, DType::f64}) {
    const DeviceComparison found = compare_devices(sequential({6}, Dense(16), ReLU(), Dense(3)), blobs(50), compare_options(dtype));
    INFO(found);
    CHECK(found.passed());
    // Layer outputs (3 without fusion, 1 with), and in both cases the loss, 4 gradients and 4 parameters.
    CHECK(found.rows.size() == 3 + 1 + 2 * (1 + 4 + 4));
    CHECK(found.rows[0].what == "output of 0 dense(16)");
    CHECK(found.rows[4].what == "gradient of 2.bias");
  }
}

TEST_CASE("cuda: compare mode names the first layer that is wrong") {
  if (!device_here()) return;
  const DeviceComparison found = compare_devices(sequential({6}, Dense(16), Wrong(), Dense(3)), blobs(50), compare_options());
  CHECK_FALSE(found.passed());
  CHECK(found.problem.starts_with("cuda:0: the output of 1 wrong differs from the CPU's by "));
  CHECK(found.problem.ends_with(" of its largest number, expected at most 5e-05."));
  CHECK(found.rows[0].difference <= found.rows[0].bound);
  std::ostringstream text;
  text << found;
  CHECK(text.str().find("BEYOND") != std::string::npos);
}
