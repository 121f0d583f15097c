// Dense with relu_drops_nan: cuBLASLt's ReLU epilogue and its mask, on devices where cuBLASLt offers them. The mask at 0 and NaN is not
// documented: it is printed, and the gradient and its sum must agree with it.

#include <numeric>
#include <optional>
#include <string>
#include <weir/layers/dense.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>

#include "layers/dense_ops.hpp"
#include "tests/gpu/device.hpp"
#include "tests/support/relu_mask_bits.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Graph net(std::int64_t hidden, bool relu_drops_nan) {
  const DenseOptions options{.relu_drops_nan = relu_drops_nan};
  return sequential({6}, Dense(hidden, options), ReLU(), Dense(hidden, options), ReLU(), Dense(3));
}

}  // namespace

TEST_CASE("cuda: a dense relu that may drop nan gives the gradients of the CPU") {
  if (!device_here()) return;
  for (const DType dtype : {DType::f32, DType::f64}) {
    for (const std::int64_t hidden : {1, 16, 19, 128, 129, 256}) {
      Model host(net(hidden, true), {.dtype = dtype, .seed = 3}), device(net(hidden, true), {.device = gpu, .dtype = dtype, .seed = 3});
      for (const std::int64_t batch : {1, 5, 128}) {
        const Tensor x = random_tensor({batch, 6}, dtype), labels = Tensor(Shape{batch}, DType::i32);
        const auto run = [&](Model& model) {
          const Tensor x_there = x.to(model.device()), labels_there = labels.to(model.device());
          model.plan_training(SoftmaxCrossEntropy(), {Shape{}});
          const ConstTensorView inputs[] = {x_there}, targets[] = {labels_there};
          model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
        };
        run(host);
        run(device);
        INFO(to_string(dtype) << ", hidden " << hidden << ", batch " << batch);
        CHECK(difference(device.gradient_arena(), host.gradient_arena()) <= sum_bound(dtype));
        CHECK(difference(device.forward(x.to(gpu)), host.forward(x)) <= sum_bound(dtype));
      }
    }
  }
}

TEST_CASE("cuda: what a relu that may drop nan makes of nan and zero and infinity") {
  if (!device_here()) return;
  // z is the first number of a row of x, in each of 16 columns.
  constexpr std::int64_t rows = 16, width = 16;
  const std::vector<double> z{nan_value, 0, -0.0, 1, -1, infinity, -infinity, 0.5};
  std::vector<double> values(rows * width, 0), weight(width * width, 0);
  for (std::size_t row = 0; row < rows; ++row) values[row * width] = z[row % z.size()];
  for (std::size_t column = 0; column < width; ++column) weight[column * width] = 1;
  const Tensor x = tensor(values, {rows, width}, DType::f32).to(gpu), w = tensor(weight, {width, width}, DType::f32).to(gpu);
  const Tensor b(Shape{width}, DType::f32, gpu);
  Tensor y({rows, width}, DType::f32, gpu), mask(Shape{relu_mask_bytes(rows, width)}, DType::u8, gpu);
  const ActivationFunction relu = ReLU();
  const Context context = context_for(gpu);
  GradientEpilogue epilogue;
  DenseForward forward;
  forward.x = x, forward.w = w, forward.b = b, forward.f = &relu, forward.y = y;
  forward.relu_drops_nan = true, forward.relu_mask = mask, forward.dy_epilogue = &epilogue;
  cuda::dense_forward(context, forward);
  const bool left = epilogue.relu_mask != nullptr;

  const std::vector<double> result = numbers(y);
  const Tensor bytes = mask.to(Device::cpu());
  std::vector<int> passes;  // 1 where a gradient passes; by the mask if there is one
  for (std::size_t row = 0; row < rows; ++row) {
    const double in = z[row % z.size()], out = result[row * width];
    INFO("relu of " << in << std::string(left ? " by the library" : " by our kernel"));
    if (std::isnan(in)) {
      CHECK((std::isnan(out) || (left && out == 0)));  // relu_drops_nan permits 0 instead of NaN
    } else {
      CHECK(out == (in > 0 ? in : 0));
    }
    const bool marked = relu_mask_at(bytes.values<std::uint8_t>().data(), relu_mask_stride(width), static_cast<std::int64_t>(row), 0);
    passes.push_back(left ? marked : in > 0);
    if (in < 0 || in > 0) {
      CHECK(passes[row] == (in > 0 ? 1 : 0));
    } else if (left && row < z.size()) {
      MESSAGE("at " << in << " the library's relu is " << out << " and its mask " << passes[row]);
    }
  }

  // Before the ReLU's gradient is applied, dx is 1 everywhere.
  std::vector<double> ones(width * width, 0);
  for (std::size_t column = 0; column < width; ++column) ones[column] = 1;
  std::vector<double> first(rows * width, 0);
  for (std::size_t row = 0; row < rows; ++row) first[row * width] = 1;
  const Tensor w2 = tensor(ones, {width, width}, DType::f32).to(gpu), dy = tensor(first, {rows, width}, DType::f32).to(gpu);
  Tensor dx({rows, width}, DType::f32, gpu), db(Shape{width}, DType::f32, gpu);
  epilogue.bias_gradient = db.view().raw();
  DenseBackward backward;
  backward.x = y, backward.w = w2, backward.dy = dy, backward.dx = dx;
  backward.dx_epilogue = &epilogue;
  cuda::dense_backward(context, backward);
  const bool done = epilogue.applied;
  CHECK(epilogue.summed == done);
  const std::vector<double> gradient = numbers(dx);
  for (std::size_t row = 0; row < rows; ++row) {
    INFO("gradient at " << z[row % z.size()] << std::string(done ? " by the mask" : " before the activation"));
    CHECK(gradient[row * width] == (done ? passes[row] : 1));
  }
  if (done) CHECK(left);
  if (done) CHECK(numbers(db)[0] == std::accumulate(passes.begin(), passes.end(), 0));
}

TEST_CASE("cuda: training with a relu that may drop nan learns and gives the same bits in every run") {
  if (!device_here()) return;
  std::optional<std::vector<unsigned char>> first;
  for (int run = 0; run < 3; ++run) {
    Model model(net(16, true), {.device = gpu, .seed = 3});
    FitOptions options;
    options.loss = SoftmaxCrossEntropy();
    options.optimizer = Adam({.lr = 1e-2});
    options.epochs = 8;
    options.batch = 16;
    CHECK(*fit(model, blobs(115), options).epochs.back().accuracy > 0.9);
    if (!first) first = bits(model.parameter_arena());
    CHECK(bits(model.parameter_arena()) == *first);
  }
}
