// State dicts that PyTorch wrote: every layer that weir has too, and parameters that two layers share.

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>

#include "tests/formats/container.hpp"
#include "tests/layers/every_layer.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using Layers = std::vector<std::shared_ptr<const Layer>>;

std::filesystem::path reference(const std::string& name) {
  return std::filesystem::path(WEIR_SOURCE_DIR) / "tests/reference" / ("state_dict_" + name + ".safetensors");
}

template <class... L>
Layers chain(L&&... layers) {
  return {make_layer(std::forward<L>(layers))...};
}

// The modules of make_state_dict_layers.py.
std::map<std::string, Layers> cases() {
  std::map<std::string, Layers> result{
      {"chain", chain(Dense(8), BatchNorm(), ReLU(), Dropout(0.25), Dense(3))},
      {"linear", chain(Dense(4))},
      {"linear_plain", chain(Dense(4, {.bias = false}))},
      {"batch_norm", chain(BatchNorm())},
      {"batch_norm_plain", chain(BatchNorm({.eps = 0.1, .momentum = 0.25, .affine = false}))},
      {"layer_norm", chain(LayerNorm())},
      {"layer_norm_plain", chain(LayerNorm({.eps = 0.1, .elementwise_affine = false}))},
      {"prelu", chain(Dense(4), PReLU())},
      {"prelu_channels", chain(Dense(4), PReLU(4))},
      {"dropout", chain(Dense(4), Dropout(0.5))},
      {"softmax", chain(Dense(4), Softmax())},
      {"log_softmax", chain(Dense(4), LogSoftmax())},
      {"flatten", chain(Reshape({2, 3}), Dense(4), Flatten(), Dense(2))},
      {"embedding", chain(Embedding(4, 3), Flatten(), Dense(2))},
      {"leaky_relu_steep", chain(Dense(4), LeakyReLU{0.3})},
      {"elu_flat", chain(Dense(4), ELU{0.75})},
      {"hard_tanh_wide", chain(Dense(4), HardTanh{-2, 0.5})},
      {"softplus_steep", chain(Dense(4), Softplus{2, 3})},
      {"threshold", chain(Dense(4), Threshold{0.5, 20})},
  };
  for (const ActivationFunction& function : all_activations()) {
    if (name(function) != "tanh_offset") result.emplace(name(function), chain(Dense(4), Activation(function)));
  }
  return result;
}

// One input and one output for each case.
Graph graph_of(const std::map<std::string, Layers>& cases) {
  Graph graph;
  for (const auto& [name, layers] : cases) {
    const bool words = name == "embedding";
    Node node = graph.input(words ? Shape{2} : Shape{6}, words ? Storage::i32 : Storage::compute, "x." + name);
    for (std::size_t i = 0; i < layers.size(); ++i) node = graph.add(layers[i], {node}, name + "." + std::to_string(i));
    graph.output(node);
  }
  return graph;
}

Graph tied(bool share = true) {
  Graph graph;
  const Node encoder = graph.add(Dense(3), {graph.input({3})}), decoder = graph.add(Dense(3), {graph.add(Tanh(), {encoder})});
  if (share) graph.share_parameters(decoder, encoder, "weight");
  graph.output(decoder);
  return graph;
}

}  // namespace

TEST_CASE("load_state_dict: a file with every layer of PyTorch that weir has computes what PyTorch computes") {
  const TensorFile expected(reference("layers_expected"));
  const auto modules = cases();
  CHECK(expected.entries().size() == 2 * modules.size());  // no case is only there
  for (const DType dtype : {DType::f32, DType::f64}) {
    Model model(graph_of(modules), {.dtype = dtype, .max_batch = 5});
    const StateDictReport report = load_state_dict(model, reference("layers"));
    CHECK(report.missing.empty());
    CHECK(report.unexpected.empty());
    std::vector<Tensor> x;
    for (const auto& [name, layers] : modules) {
      Tensor given = expected.read("x." + name);
      x.push_back(given.dtype() == DType::i32 ? std::move(given) : given.to(dtype));
    }
    const std::vector<ConstTensorView> inputs(x.begin(), x.end());
    const auto y = model.forward(inputs);
    std::size_t i = 0;
    for (const auto& [name, layers] : modules) {
      CAPTURE(name);
      CAPTURE(to_string(dtype));
      const Tensor wanted = expected.read("y." + name);
      CHECK(worst_error(numbers(y[i++]), numbers(wanted)) < (dtype == DType::f64 ? 1e-14 : 1e-6));
    }
  }
}

TEST_CASE("load_state_dict: what PyTorch wrote comes back from a file of weirs without the counters") {
  Model model(graph_of(cases()));
  load_state_dict(model, reference("layers"));
  const TemporaryFolder folder;
  save(model, folder / "a");
  const TensorFile theirs(reference("layers")), ours(folder / "a");
  std::size_t counters = 0;
  for (const TensorEntry& entry : theirs.entries()) {
    CAPTURE(entry.name);
    const bool counter = entry.name.ends_with(".num_batches_tracked");
    counters += counter;
    CHECK((ours.find(entry.name) == nullptr) == counter);
    if (!counter) CHECK(bits(ours.read(entry.name)) == bits(theirs.read(entry.name)));
  }
  CHECK(counters == 3);
  CHECK(ours.entries().size() == theirs.entries().size() - counters);
}

TEST_CASE("load_state_dict: num_batches_tracked of a node that is no BatchNorm is not expected") {
  const TemporaryFolder folder;
  const Tensor weight(Shape{3, 6}), counter = Tensor::from<std::int64_t>({7}, Shape{});
  const NamedTensor tensors[] = {{"0.weight", weight}, {"0.num_batches_tracked", counter}};
  write_safetensors(folder / "a", tensors);
  Model model(sequential({6}, Dense(3, {.bias = false})));
  CHECK(after(message_of<FormatError>([&] { load_state_dict(model, folder / "a"); }), (folder / "a").string() + ": ")
            .starts_with("does not fit the model: '0.num_batches_tracked' [] I64 is not expected."));
  CHECK(load_state_dict(model, folder / "a", {.strict = false}).unexpected == std::vector<std::string>{"0.num_batches_tracked"});
}

TEST_CASE("load_state_dict: a shared parameter is read under both names or one of them") {
  const TensorFile expected(reference("tied_expected"));
  for (const char* file : {"tied", "tied_once"}) {
    CAPTURE(file);
    Model model(tied(), {.dtype = DType::f64});
    const StateDictReport report = load_state_dict(model, reference(file));
    CHECK(report.missing.empty());
    CHECK(report.unexpected.empty());
    const Tensor x = expected.read("x").to(DType::f64);
    CHECK(worst_error(numbers(model.forward(x)), numbers(expected.read("y"))) < 1e-14);
    CHECK(bits(model.parameter("2.weight")) == bits(model.parameter("0.weight")));
    CHECK(model.parameter("2.weight").raw() == model.parameter("0.weight").raw());
  }
}

TEST_CASE("load_state_dict: a shared parameter with two values is refused with advice that works") {
  const std::string file = reference("tied_differs").string();
  for (const bool strict : {true, false}) {
    Model model(tied());
    const auto before = bits(model.parameter_arena());
    CHECK(message_of<FormatError>([&] { load_state_dict(model, file, {.strict = strict}); }) ==
          file +
              ": does not fit the model: '2.weight' and '0.weight' have different values, but the graph shares them: leave out its "
              "share_parameters, or make them equal in the file. Give the graph the file's names and sizes (strict = false passes "
              "over names that only one of them has).");
    CHECK(bits(model.parameter_arena()) == before);
  }
  Model apart(tied(false));
  load_state_dict(apart, file);
  CHECK(numbers(apart.parameter("2.weight"))[0] == doctest::Approx(numbers(apart.parameter("0.weight"))[0] + 1));
}

TEST_CASE("load_state_dict: a shared parameter that the file lacks is missing once under its own name") {
  const TemporaryFolder folder;
  const Tensor bias({3});
  const NamedTensor tensors[] = {{"0.bias", bias}, {"2.bias", bias}};
  write_safetensors(folder / "a", tensors);
  Model model(tied());
  CHECK(load_state_dict(model, folder / "a", {.strict = false}).missing == std::vector<std::string>{"0.weight"});
}
