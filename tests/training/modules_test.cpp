// Training with layers that draw random numbers, keep running statistics or couple samples.

#include <doctest/doctest.h>

#include <weir/core/threads.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/residual.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>

#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Graph network() {
  return sequential({50}, Dense(130), BatchNorm(), PReLU(130), Dropout(0.2), Residual(Dense(130), GELU(), LayerNorm(), Dropout(0.1)),
                    RMSNorm(), Dense(10));
}

FitOptions options() { return {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01}), .epochs = 2, .batch = 64}; }

}  // namespace

TEST_CASE("modules: byte-identical weights and statistics for 1 to 4 threads and fused or literal") {
  const Dataset data = blobs(330, 50, 10);
  const int before = num_threads();
  const auto trained = [&](int threads, bool fuse) {
    set_num_threads(threads);
    Model model(network(), {.fuse = fuse});
    fit(model, data, options());
    return Snapshot(model);
  };
  const Snapshot first = trained(1, true);
  for (const int threads : {2, 3, 4}) CHECK(trained(threads, true) == first);
  CHECK(trained(2, false) == first);
  set_num_threads(before);
}

TEST_CASE("modules: dropout draws anew in each step and leaves inference alone") {
  Model model(sequential({4}, Dropout(0.5)), {.dtype = DType::f64});
  model.plan_training(MeanSquaredError(), {{4}});
  const Tensor x = tensor(std::vector<double>(400, 1.0), Shape{100, 4}, DType::f64);
  const ConstTensorView inputs[] = {x};
  const auto step = [&] {
    model.backward({.inputs = inputs, .targets = inputs, .sample_weights = {}});
    return bits(model.outputs()[0]);
  };
  const auto first = step();
  CHECK(step() == first);  // without commit the same step is repeated
  model.commit();
  CHECK(step() != first);
  CHECK(bits(model.forward(x.view())) == bits(x));
}

TEST_CASE("modules: a network of them learns") {
  const Dataset data = blobs(330, 50, 10);
  Model model(network());
  FitOptions more = options();
  more.epochs = 8;
  fit(model, data, more);
  CHECK(*evaluate(model, data, SoftmaxCrossEntropy()).accuracy > 0.95);
}
