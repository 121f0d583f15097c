// The words with which each layer and loss is printed, and the Config with which it is written into files: both must stay as they are, or
// files of earlier versions do not load.

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/formats/json.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>

#include "tests/layers/every_layer.hpp"
#include "tests/training/all_losses.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Described {
  std::shared_ptr<const Layer> layer;
  const char *type, *words, *config;
};

template <class L>
Described row(L layer, const char* type, const char* words, const char* config) {
  return {std::make_shared<const L>(std::move(layer)), type, words, config};
}

void check(const std::vector<Described>& rows) {
  for (const Described& row : rows) {
    CAPTURE(row.words);
    CHECK(row.layer->type() == row.type);
    CHECK(row.layer->describe() == row.words);
    CHECK(to_json(row.layer->config()) == row.config);
  }
}

}  // namespace

TEST_CASE("described: every layer") {
  check({row(Add(), "add", "add", "{}"),
         row(Concat(), "concat", "concat", "{}"),
         row(Multiply(), "multiply", "multiply", "{}"),
         row(Flatten(), "flatten", "flatten", "{}"),
         row(Softmax(), "softmax", "softmax", "{}"),
         row(LogSoftmax(), "log_softmax", "log_softmax", "{}"),
         row(Reshape({2, 3}), "reshape", "reshape([2, 3])", R"({"shape":[2,3]})"),
         row(Embedding(5, 3), "embedding", "embedding(5, 3)", R"({"num":5,"dim":3})"),
         row(Dropout(), "dropout", "dropout(0.5)", R"({"p":0.5})"),
         row(Dropout(0.25), "dropout", "dropout(0.25)", R"({"p":0.25})"),
         row(PReLU(), "prelu", "prelu", R"({"num_parameters":1,"init":0.25})"),
         row(PReLU(3, -0.5), "prelu", "prelu(3)", R"({"num_parameters":3,"init":-0.5})"),
         row(BatchNorm(), "batch_norm", "batch_norm", R"({"eps":1e-05,"momentum":0.1,"affine":true})"),
         row(BatchNorm({.eps = 0.5, .momentum = 0.25, .affine = false}), "batch_norm", "batch_norm(not affine)",
             R"({"eps":0.5,"momentum":0.25,"affine":false})"),
         row(LayerNorm(), "layer_norm", "layer_norm", R"({"eps":1e-05,"elementwise_affine":true})"),
         row(LayerNorm({.eps = 0.5, .elementwise_affine = false}), "layer_norm", "layer_norm(not affine)",
             R"({"eps":0.5,"elementwise_affine":false})"),
         row(RMSNorm(), "rms_norm", "rms_norm", R"({"eps":1.1920928955078125e-07,"elementwise_affine":true})"),
         row(RMSNorm({.eps = 0.5, .elementwise_affine = false}), "rms_norm", "rms_norm(not affine)",
             R"({"eps":0.5,"elementwise_affine":false})"),
         row(Dense(8), "dense", "dense(8)", R"({"out":8,"bias":true})"),
         row(Dense(8, {.bias = false}), "dense", "dense(8, no bias)", R"({"out":8,"bias":false})"),
         row(Dense(8, {.relu_drops_nan = true}), "dense", "dense(8, relu drops nan)", R"({"out":8,"bias":true,"relu_drops_nan":true})")});
}

// Each kind of initializer under its name, with its two numbers.
TEST_CASE("described: every initializer of a dense layer") {
  const auto written = [](const Initializer& weight) {
    const std::string text = to_json(Dense(1, {.weight = weight}).config());
    const std::string begin = R"({"out":1,"bias":true,)";
    REQUIRE(text.starts_with(begin));
    return text.substr(begin.size());
  };
  CHECK(written(Initializer::constant(0.5)) == R"("weight":"constant","weight_a":0.5,"weight_b":0.0})");
  CHECK(written(Initializer::uniform(-1, 2)) == R"("weight":"uniform","weight_a":-1.0,"weight_b":2.0})");
  CHECK(written(Initializer::normal(1, 2)) == R"("weight":"normal","weight_a":1.0,"weight_b":2.0})");
  CHECK(written(Initializer::truncated_normal(1, 2)) == R"("weight":"truncated_normal","weight_a":1.0,"weight_b":2.0})");
  CHECK(written(Initializer::he_uniform(0.5)) == R"("weight":"he_uniform","weight_a":0.5,"weight_b":0.0})");
  CHECK(written(Initializer::he_uniform(0.5, Fan::out)) == R"("weight":"he_uniform","weight_a":0.5,"weight_b":1.0})");
  CHECK(written(Initializer::he_normal(0.5, Fan::out)) == R"("weight":"he_normal","weight_a":0.5,"weight_b":1.0})");
  CHECK(written(Initializer::glorot_uniform(2)) == R"("weight":"glorot_uniform","weight_a":2.0,"weight_b":0.0})");
  CHECK(written(Initializer::glorot_normal(2)) == R"("weight":"glorot_normal","weight_a":2.0,"weight_b":0.0})");
  CHECK(written(Initializer::lecun_uniform()) == R"("weight":"lecun_uniform","weight_a":0.0,"weight_b":0.0})");
  CHECK(written(Initializer::lecun_normal(Fan::out)) == R"("weight":"lecun_normal","weight_a":0.0,"weight_b":1.0})");
  CHECK(written(Initializer::orthogonal(3)) == R"("weight":"orthogonal","weight_a":3.0,"weight_b":0.0})");
  CHECK(to_json(Dense(1, {.bias_initializer = Initializer::constant(1)}).config()) ==
        R"({"out":1,"bias":true,"bias_initializer":"constant","bias_initializer_a":1.0,"bias_initializer_b":0.0})");
}

TEST_CASE("described: every loss") {
  const std::vector<Described> rows = {
      row(MeanSquaredError(), "mean_squared_error", "mean_squared_error", "{}"),
      row(MeanSquaredError({.reduction = Reduction::sum}), "mean_squared_error", "mean_squared_error(reduction=sum)",
          R"({"reduction":"sum"})"),
      row(MeanAbsoluteError({.reduction = Reduction::batch_mean}), "mean_absolute_error", "mean_absolute_error(reduction=batch_mean)",
          R"({"reduction":"batch_mean"})"),
      row(Huber(), "huber", "huber(delta=1)", R"({"delta":1.0})"),
      row(SmoothL1({.beta = 0.5}), "smooth_l1", "smooth_l1(beta=0.5)", R"({"beta":0.5})"),
      row(Hinge(), "hinge", "hinge", "{}"),
      row(BinaryCrossEntropy(), "binary_cross_entropy", "binary_cross_entropy", "{}"),
      row(BinaryCrossEntropyWithLogits(), "binary_cross_entropy_with_logits", "binary_cross_entropy_with_logits(pos_weight=1)",
          R"({"pos_weight":1.0})"),
      row(BinaryCrossEntropyWithLogits({.pos_weight = {2, 0.5}, .reduction = Reduction::sum}), "binary_cross_entropy_with_logits",
          "binary_cross_entropy_with_logits(pos_weight=[...], reduction=sum)", R"({"pos_weight":[2.0,0.5],"reduction":"sum"})"),
      row(KLDivergence(), "kl_divergence", "kl_divergence(log_target=false)", R"({"log_target":false})"),
      row(PoissonNegativeLogLikelihood(), "poisson", "poisson(log_input=true, full=false, eps=1e-08)",
          R"({"log_input":true,"full":false,"eps":1e-08})"),
      row(NegativeLogLikelihood(), "negative_log_likelihood", "negative_log_likelihood", "{}"),
      row(NegativeLogLikelihood({.weight = {1, 2}, .ignore_index = 1}), "negative_log_likelihood",
          "negative_log_likelihood(weight=[...], ignore_index=1)", R"({"weight":[1.0,2.0],"ignore_index":1})"),
      row(MultiMargin(), "multi_margin", "multi_margin", "{}"),
      row(MultiMargin({.p = 2, .margin = 0.5, .weight = {1, 2}}), "multi_margin", "multi_margin(p=2, margin=0.5, weight=[...])",
          R"({"p":2,"margin":0.5,"weight":[1.0,2.0]})"),
      row(SoftmaxCrossEntropy(), "softmax_cross_entropy", "softmax_cross_entropy", "{}"),
      row(SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = {1, 2}, .ignore_index = -1, .reduction = Reduction::batch_mean}),
          "softmax_cross_entropy", "softmax_cross_entropy(label_smoothing=0.1, weight=[...], ignore_index=-1, reduction=batch_mean)",
          R"({"label_smoothing":0.1,"weight":[1.0,2.0],"ignore_index":-1,"reduction":"batch_mean"})")};
  check(rows);
  std::set<std::string> described, all;
  for (const Described& row : rows) described.insert(row.type);
  for (const LossCase& loss : all_losses()) all.insert(loss.loss->type());
  CHECK(described == all);
}

TEST_CASE("described: every activation") {
  std::string words, configs;
  for (const ActivationFunction& f : all_activations()) {
    const Activation layer(f);
    CHECK(layer.type() == "activation");
    words += layer.describe() + "\n";
    configs += to_json(layer.config()) + "\n";
  }
  CHECK(words == R"(identity
relu
leaky_relu(0.01)
sigmoid
tanh
relu6
elu(1)
selu
celu(1)
gelu
gelu_tanh
silu
mish
hard_sigmoid
log_sigmoid
tanh_offset
hard_tanh(-1, 1)
softplus(1, 20)
softsign
threshold(0, 0)
hard_swish
)");
  CHECK(configs == R"({"function":"identity"}
{"function":"relu"}
{"function":"leaky_relu","negative_slope":0.01}
{"function":"sigmoid"}
{"function":"tanh"}
{"function":"relu6"}
{"function":"elu","alpha":1.0}
{"function":"selu"}
{"function":"celu","alpha":1.0}
{"function":"gelu"}
{"function":"gelu_tanh"}
{"function":"silu"}
{"function":"mish"}
{"function":"hard_sigmoid"}
{"function":"log_sigmoid"}
{"function":"tanh_offset"}
{"function":"hard_tanh","min_val":-1.0,"max_val":1.0}
{"function":"softplus","beta":1.0,"threshold":20.0}
{"function":"softsign"}
{"function":"threshold","threshold":0.0,"value":0.0}
{"function":"hard_swish"}
)");
}
