// gradcheck on a device: its gradients against finite differences of its own losses.

#include <weir/training/gradcheck.hpp>

#include "tests/gpu/device.hpp"
#include "tests/training/all_layers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("cuda: gradients of every layer and loss agree with differences") {
  if (!device_here()) return;
  for (const LayerCase& c : all_layers()) {
    GradcheckOptions options = c.options;
    options.device = gpu;
    const GradcheckReport report = gradcheck(c.layer, c.inputs, options);
    INFO(c.layer->describe() << " on " << c.inputs[0]);
    CAPTURE(report);
    CHECK(report.passed);
    CHECK(report.checked > 0);
  }
}

TEST_CASE("cuda: gradients of fused networks agree with differences") {
  if (!device_here()) return;
  const GradcheckReport report =
      gradcheck(sequential({4}, Dense(6), Tanh(), Dense(3)), {.loss = SoftmaxCrossEntropy(), .targets = {Shape{}}, .device = gpu});
  CAPTURE(report);
  CHECK(report.passed);
  CHECK(gradcheck(branches(), {.device = gpu}).passed);
}

TEST_CASE("cuda: gradients of a relu that may drop nan agree with differences") {
  if (!device_here()) return;
  const DenseOptions masked{.relu_drops_nan = true};
  const GradcheckReport report = gradcheck(sequential({6}, Dense(9, masked), ReLU(), Dense(9, masked), ReLU(), Dense(3)),
                                           {.loss = SoftmaxCrossEntropy(), .targets = {Shape{}}, .device = gpu});
  CAPTURE(report);
  CHECK(report.passed);
  CHECK(report.checked > 0);
}
