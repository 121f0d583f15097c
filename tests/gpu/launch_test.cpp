// Which kernels an operation launches and in what order, in a build with CUDA, with simulated CUDA runtime and cuBLASLt.

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/model.hpp>
#include <weir/core/tensor.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "gpu/kernels/class_weights.hpp"
#include "gpu/runtime/blas.hpp"
#include "gpu/runtime/runtime.hpp"
#include "layers/batch_norm_ops.hpp"
#include "layers/dense_ops.hpp"
#include "layers/embedding_ops.hpp"
#include "layers/losses/class_targets_ops.hpp"
#include "tests/gpu/stand_in.hpp"

using namespace weir;
using test::StandIn;

namespace {

// A simulated cuBLASLt that offers the epilogues that a test chooses.
struct Library {
  static inline std::vector<cuda::Epilogue> offers;
  static inline std::vector<cuda::Epilogue> kinds;  // epilogues of the products that were run
  static inline int made = 0;

  Library(bool bias, bool plain) {
    offers.clear();
    if (bias) offers.push_back(cuda::Epilogue::bias);
    if (plain) offers.push_back(cuda::Epilogue::none);
    kinds.clear();
    made = 0;
    table_.make = [](void** library) { return *library = &made, cuda::success; };
    table_.plan = [](void*, const cuda::BlasProduct& kind, std::size_t, void** plan) {
      static cuda::Epilogue names[] = {cuda::Epilogue::none, cuda::Epilogue::bias, cuda::Epilogue::relu_bias,
                                       cuda::Epilogue::relu_mask_bias, cuda::Epilogue::relu_gradient};
      for (const cuda::Epilogue offered : offers) {
        if (offered == kind.epilogue) *plan = &names[static_cast<std::size_t>(offered)];
      }
      return cuda::success;
    };
    table_.run = [](void*, const void* plan, const cuda::BlasBlocks&, void*, std::size_t, void*) {
      kinds.push_back(*static_cast<const cuda::Epilogue*>(plan));
      ++made;
      return cuda::success;
    };
    table_.describe = [](cuda::Code) { return "not supported"; };
    override_.emplace(table_);
  }

 private:
  cuda::Blas table_;
  std::optional<cuda::BlasOverride> override_;
};

// The kernels of one forward pass of dense(7) + relu on 5 samples of 6 numbers.
std::vector<std::string> forward_kernels(StandIn& device, bool activation, bool bias) {
  const Device gpu = Device::cuda();
  Tensor x({5, 6}, DType::f32, gpu), w({7, 6}, DType::f32, gpu), b({7}, DType::f32, gpu), y({5, 7}, DType::f32, gpu);
  const ActivationFunction relu = ReLU();
  DenseForward args;
  args.x = x;
  args.w = w;
  if (bias) args.b = b;
  args.f = activation ? &relu : nullptr;
  args.y = y;
  const Context context = context_for(gpu);
  device.clear_calls();
  cuda::dense_forward(context, args);
  std::vector<std::string> names;
  for (const StandIn::Call& call : device.calls()) {
    if (call.what.starts_with("launch ")) names.push_back(call.what.substr(7));
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("launches: where the library adds the bias the activation is one kernel behind it") {
  StandIn device;
  const Library library(true, true);
  CHECK(forward_kernels(device, true, true) == Names{"activate"});
  CHECK(Library::made == 1);
  CHECK(forward_kernels(device, false, true).empty());
}

TEST_CASE("launches: where the library cannot add the bias one kernel adds it and activates") {
  StandIn device;
  const Library library(false, true);
  CHECK(forward_kernels(device, true, true) == Names{"bias and activation"});
  CHECK(forward_kernels(device, false, true) == Names{"bias and activation"});
  CHECK(Library::made == 2);
}

TEST_CASE("launches: where the library offers nothing the product is made by hand") {
  StandIn device;
  const Library library(false, false);
  CHECK(forward_kernels(device, true, true) == Names{"product", "bias and activation"});
  CHECK(forward_kernels(device, true, false) == Names{"product", "activate"});
  CHECK(Library::made == 0);
}

TEST_CASE("launches: the backward pass of a dense relu is one pass and two products") {
  StandIn device;
  const Library library(true, true);
  const Device gpu = Device::cuda();
  Tensor x({500, 6}, DType::f32, gpu), w({7, 6}, DType::f32, gpu), y({500, 7}, DType::f32, gpu), dy({500, 7}, DType::f32, gpu);
  Tensor dz({500, 7}, DType::f32, gpu), partial({dense_bias_chunks, 7}, DType::f32, gpu), dw({7, 6}, DType::f32, gpu);
  Tensor db({7}, DType::f32, gpu), dx({500, 6}, DType::f32, gpu);
  const ActivationFunction relu = ReLU();
  const Context context = context_for(gpu);
  DenseBackward args{x, w, dy, &relu, y, dz, partial, dw, db, dx};
  device.clear_calls();
  cuda::dense_backward(context, args);
  CHECK(device.count("launch activation and bias gradient") == 2);  // partial sums, then their sum
  CHECK(device.count("launch") == 2);
  CHECK(Library::made == 2);
  args.dx = {};
  cuda::dense_backward(context, args);
  CHECK(Library::made == 3);
}

TEST_CASE("launches: nothing is launched for a batch of nothing") {
  StandIn device;
  const Library library(true, true);
  const Device gpu = Device::cuda();
  Tensor x({0, 6}, DType::f32, gpu), w({7, 6}, DType::f32, gpu), b({7}, DType::f32, gpu), y({0, 7}, DType::f32, gpu);
  const ActivationFunction relu = ReLU();
  const Context context = context_for(gpu);
  device.clear_calls();
  cuda::dense_forward(context, {x, w, b, &relu, {}, y});
  CHECK(device.count("launch") == 0);
  CHECK(Library::made == 0);
}

TEST_CASE("launches: weights of classes travel with launches in pieces and more than there is room for are refused") {
  StandIn device;
  const Context context = context_for(Device::cuda());
  std::vector<double> weights(600, 0.5);
  device.clear_calls();
  CHECK(cuda::place_class_weights(context, "class_targets", {}) == nullptr);
  CHECK(device.count("launch") == 0);
  CHECK(cuda::place_class_weights(context, "class_targets", weights) != nullptr);
  CHECK(device.count("launch class_targets") == 3);
  weights.resize(cuda::most_class_weights + 1);
  CHECK_THROWS_WITH_AS(cuda::place_class_weights(context, "class_targets", weights),
                       "class_targets: got weights of 131072 classes, cuda:0 takes at most 131071. Leave the weights out, or use "
                       "Device::cpu().",
                       DeviceError);
}

TEST_CASE("launches: targets of labels are one launch behind what their weights add up to") {
  StandIn device;
  Tensor labels({5}, DType::i32, Device::cuda()), to({5, 3}, DType::f32, Device::cuda());
  const Context context = context_for(Device::cuda());
  const auto launches = [&](const ClassTargets& options) {
    device.clear_calls();
    cuda::class_targets(context, options, labels, to);
    return device.count("launch");
  };
  const std::vector<double> weights = {1, 2, 3};
  CHECK(launches({}) == 2);
  CHECK(launches({.reduction = Reduction::sum}) == 1);
  CHECK(launches({.weights = weights}) == 3);
}

TEST_CASE("launches: batch norm adds up rows while training and not after") {
  StandIn device;
  const Device gpu = Device::cuda();
  Tensor x({500, 6}, DType::f32, gpu), y({500, 6}, DType::f32, gpu), saved({2, 6}, DType::f32, gpu), mean({6}, DType::f32, gpu);
  Tensor var({6}, DType::f32, gpu), next_mean({6}, DType::f32, gpu), next_var({6}, DType::f32, gpu);
  const BatchNormForward args{x, {}, {}, mean, var, next_mean, next_var, y, saved, 1e-5, 0.1};
  Context context = context_for(gpu);
  device.clear_calls();
  cuda::batch_norm_forward(context, args);
  CHECK(device.count("launch") == 2);
  context.training = true;
  device.clear_calls();
  cuda::batch_norm_forward(context, args);
  CHECK(device.count("launch batch_norm mean") == 3);  // partial sums, their sum, the division
  CHECK(device.count("launch batch_norm variance") == 2);
  CHECK(device.count("launch") == 7);
}

TEST_CASE("launches: an embedding waits for its indices outside training alone") {
  StandIn device;
  const Device gpu = Device::cuda();
  Tensor x({5}, DType::i32, gpu), weight({4, 2}, DType::f32, gpu), y({5, 2}, DType::f32, gpu);
  Context context = context_for(gpu);
  for (const bool training : {true, false}) {
    context.training = training;
    device.clear_calls();
    cuda::embedding_forward(context, x, weight, y);
    CHECK((device.count("wait") > 0) == !training);
  }
}

namespace {

// Runs one training step of 6 - dense(16) - relu - dense(3).
void train_a_step(StandIn& device, bool relu_drops_nan) {
  const Device gpu = Device::cuda();
  Model model(sequential({6}, Dense(16, {.relu_drops_nan = relu_drops_nan}), ReLU(), Dense(3)), {.device = gpu});
  model.plan_training(SoftmaxCrossEntropy(), {Shape{}});
  const Tensor x({5, 6}, DType::f32, gpu), labels(Shape{5}, DType::i32, gpu);
  const ConstTensorView inputs[] = {x}, targets[] = {labels};
  device.clear_calls();
  Library::kinds.clear();
  model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
}

using Kinds = std::vector<cuda::Epilogue>;
constexpr cuda::Epilogue none = cuda::Epilogue::none, bias = cuda::Epilogue::bias, relu_mask_bias = cuda::Epilogue::relu_mask_bias,
                         relu_gradient = cuda::Epilogue::relu_gradient;

}  // namespace

TEST_CASE("launches: a dense relu that may drop nan is done by the products and their mask") {
  StandIn device;
  const Library library(true, true);
  Library::offers = {none, bias, cuda::Epilogue::relu_bias, relu_mask_bias, relu_gradient};
  train_a_step(device, true);
  // Forward; then dw of the last layer, its dx with the first one's ReLU and db, and dw of the first.
  CHECK(Library::kinds == Kinds{relu_mask_bias, bias, none, relu_gradient, none});
  CHECK(device.count("launch activate") == 0);
  CHECK(device.count("launch activation and bias gradient") == 0);
  CHECK(device.count("launch bias gradient") == 1);  // the last layer's
}

TEST_CASE("launches: without leave no relu is done by the products") {
  StandIn device;
  const Library library(true, true);
  Library::offers = {none, bias, cuda::Epilogue::relu_bias, relu_mask_bias, relu_gradient};
  train_a_step(device, false);
  CHECK(Library::kinds == Kinds{bias, bias, none, none, none});
  CHECK(device.count("launch activate") == 1);
  CHECK(device.count("launch activation and bias gradient") == 1);
}

TEST_CASE("launches: a relu that the library does only one way goes the other way as ever") {
  StandIn device;
  const Library library(true, true);
  Library::offers = {none, bias, relu_mask_bias};
  train_a_step(device, true);
  CHECK(Library::kinds == Kinds{relu_mask_bias, bias, none, none, none});
  CHECK(device.count("launch activate") == 0);
  CHECK(device.count("launch activation and bias gradient") == 1);
}

TEST_CASE("launches: a relu whose mask the library did not write is not asked of its gradient") {
  StandIn device;
  const Library library(true, true);
  Library::offers = {none, bias, relu_gradient};
  train_a_step(device, true);
  CHECK(Library::kinds == Kinds{bias, bias, none, none, none});
  CHECK(device.count("launch activate") == 1);
  CHECK(device.count("launch activation and bias gradient") == 1);
}

TEST_CASE("launches: in inference a relu that may drop nan needs no mask") {
  StandIn device;
  const Library library(true, true);
  Library::offers = {none, bias, cuda::Epilogue::relu_bias, relu_mask_bias};
  Model model(sequential({6}, Dense(16, {.relu_drops_nan = true}), ReLU(), Dense(3)), {.device = Device::cuda()});
  const Tensor x({5, 6}, DType::f32, Device::cuda());
  model.forward(x);
  CHECK(Library::kinds == Kinds{cuda::Epilogue::relu_bias, bias});
}
