#include <doctest/doctest.h>

#include <sstream>
#include <weir/activations/activation.hpp>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/dense.hpp>

#include "tests/formats/container.hpp"
#include "tests/formats/keeper_layer.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Graph mlp() { return sequential({3}, Dense(4), ReLU(), Dense(2)); }

const std::string mlp_graph = R"({"nodes":[{"name":"in","shape":[3],"storage":"compute"},)"
                              R"({"name":"0","type":"dense","config":{"out":2,"bias":true},"inputs":["in"]}],"outputs":["0"]})";

// A file with the weights of a dense(2) on [3], and the given metadata.
struct Written {
  TemporaryFolder folder;
  std::string name = (folder / "model.safetensors").string();
  Tensor weight = Tensor({2, 3}), bias = Tensor({2});

  std::string refusal(const std::map<std::string, std::string>& metadata, const std::vector<NamedTensor>& tensors) {
    write_safetensors(name, tensors, metadata);
    std::vector<std::byte> bytes;
    write_safetensors(bytes, tensors, metadata);
    const std::string message = after(message_of<FormatError>([&] { load_model(name); }), name + ": ");
    REQUIRE(message_of<FormatError>([&] { load_model(bytes); }) == "(memory): " + message);
    return message;
  }
  std::string refusal(const std::map<std::string, std::string>& metadata) {
    return refusal(metadata, {{"0.weight", weight}, {"0.bias", bias}});
  }
  std::string tensors_refusal(const std::vector<NamedTensor>& tensors) {
    return refusal({{"weir.version", "1"}, {"weir.graph", mlp_graph}}, tensors);
  }
};

void check_equal(const Model& a, const Model& b) {
  CHECK(bits(a.parameter_arena()) == bits(b.parameter_arena()));
  CHECK(bits(a.state_arena()) == bits(b.state_arena()));
  std::ostringstream first, second;
  first << a.graph();
  second << b.graph();
  CHECK(first.str() == second.str());
}

}  // namespace

TEST_CASE("load: a saved model comes back to the bit and computes the same") {
  const TemporaryFolder folder;
  for (const DType dtype : {DType::f32, DType::f64}) {
    Model model(mlp(), {.dtype = dtype, .max_batch = 2, .seed = 9});
    save(model, folder / "a");
    Model loaded = load_model(folder / "a", {.dtype = dtype, .max_batch = 5, .seed = 1});
    CHECK(loaded.max_batch() == 5);
    check_equal(model, loaded);
    Tensor x({2, 3}, dtype);
    Initializer::uniform(-1, 1).fill(x, RandomKey{4});
    CHECK(bits(model.forward(x)) == bits(loaded.forward(x)));
  }
}

TEST_CASE("load: a graph that is no chain comes back with its statistics") {
  Keeper::make_known();
  Graph graph;
  const Node x = graph.input({3}, Storage::compute, "x"), bytes = graph.input({4}, Storage::u8, "bytes");
  const Node keeper = graph.add(Keeper(Config().set("a", 0.1)), {x, bytes}, "keeper");
  const Node sum = graph.add(Add(), {keeper, x});
  graph.output(sum);
  graph.output(keeper);
  Model model(graph);
  for (float& value : model.state("keeper.mean").values<float>()) value = 0.1F;
  model.parameter("keeper.gain").values<float>()[0] = -3;
  const TemporaryFolder folder;
  save(model, folder / "a");
  check_equal(model, load_model(folder / "a"));
}

TEST_CASE("load: parameters that nodes share are in the file once and are shared again") {
  Graph graph;
  const Node a = graph.add(Dense(3), {graph.input({3})}, "a"), b = graph.add(Dense(3), {a}, "b");
  graph.share_parameters(b, a);
  graph.output(b);
  Model model(graph), other(graph, {.seed = 1});
  const TemporaryFolder folder;
  save(model, folder / "a");
  const TensorFile file(folder / "a");
  REQUIRE(file.entries().size() == 2);
  for (const char* name : {"a.weight", "a.bias"}) CHECK(file.find(name) != nullptr);
  Model loaded = load_model(folder / "a");
  check_equal(model, loaded);
  load_state_dict(other, folder / "a");
  CHECK(bits(other.parameter_arena()) == bits(model.parameter_arena()));
  fill(loaded.parameter("a.weight"), 2);
  fill(loaded.parameter("a.bias"), 1);
  CHECK(numbers(loaded.forward(Tensor::from<float>({1, 1, 1}, {1, 3}))) == std::vector<double>{43, 43, 43});  // 2 (7 + 7 + 7) + 1
}

TEST_CASE("load: a model without a parameter comes back too") {
  const TemporaryFolder folder;
  save(Model(sequential({3}, ReLU())), folder / "a");
  Model loaded = load_model(folder / "a");
  CHECK(loaded.parameters().empty());
  CHECK(loaded.forward(Tensor::from<float>({-1, 0.5F, 2}, {1, 3})).values<float>()[1] == 0.5F);
}

TEST_CASE("load: f32 and f64 are converted into each other") {
  const TemporaryFolder folder;
  const Model wide(mlp(), {.dtype = DType::f64}), narrow(mlp(), {.dtype = DType::f32});
  save(wide, folder / "wide");
  save(narrow, folder / "narrow");
  const Model narrowed = load_model(folder / "wide"), widened = load_model(folder / "narrow", {.dtype = DType::f64});
  for (const char* name : {"0.weight", "0.bias", "2.weight", "2.bias"}) {
    for (std::size_t i = 0; i < wide.parameter(name).values<double>().size(); ++i) {
      CHECK(narrowed.parameter(name).values<float>()[i] == static_cast<float>(wide.parameter(name).values<double>()[i]));
      CHECK(widened.parameter(name).values<double>()[i] == static_cast<double>(narrow.parameter(name).values<float>()[i]));
    }
  }
}

TEST_CASE("load: metadata comes back without weirs own") {
  const TemporaryFolder folder;
  const std::map<std::string, std::string> metadata{{"", "empty"}, {"input.divisor", "255"}, {"weird", "\xe2\x82\xac\n\"\\"}};
  save(Model(mlp()), folder / "a", metadata);
  CHECK(load_metadata(folder / "a") == metadata);
  save(Model(mlp()), folder / "b");
  CHECK(load_metadata(folder / "b").empty());
  write_bytes(folder / "c", container(R"({"__metadata__":{"format":"pt"}})"));
  CHECK(load_metadata(folder / "c") == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("load: a file by a newer weir is refused") {
  Written file;
  const std::string newer = "was saved by a newer weir: its file version is ";
  CHECK(file.refusal({{"weir.version", "3"}, {"weir.graph", mlp_graph}}) == newer + "3, this weir reads 2. Update weir.");
  CHECK(file.refusal({{"weir.version", "3"}, {"weir.graph", "of another kind"}}) == newer + "3, this weir reads 2. Update weir.");
  CHECK(message_of<FormatError>([&] { load_metadata(file.name); }) == file.name + ": " + newer + "3, this weir reads 2. Update weir.");
  CHECK(file.refusal({{"weir.version", "10"}, {"weir.graph", mlp_graph}}) == newer + "10, this weir reads 2. Update weir.");
  CHECK(file.refusal({{"weir.version", std::string(50, '9')}}) == newer + std::string(20, '9') + "..., this weir reads 2. Update weir.");
  for (const std::string word : {"", "0", "01", "-1", "1.5", "one"}) {
    CHECK(file.refusal({{"weir.version", word}, {"weir.graph", mlp_graph}}) ==
          "its weir.version is '" + word + "', expected a number. It is damaged: copy it again.");
  }
  CHECK(file.refusal({{"weir.version", "2"}, {"weir.graph", mlp_graph}}) == "has no weir.digest. It is damaged: copy it again.");
  CHECK(file.refusal({{"weir.graph", mlp_graph}}) == "has a weir.graph and no weir.version. It is damaged: copy it again.");
}

TEST_CASE("load: a file without a graph is sent to load_state_dict") {
  Written file;
  const std::string advice = "holds no weir graph, only tensors. Make the graph in your program and use weir::load_state_dict.";
  CHECK(file.refusal({{"format", "pt"}}) == advice);
  CHECK(file.refusal({}) == advice);
}

TEST_CASE("load: a graph that cannot be built is refused with the file and the node") {
  Written file;
  const auto refusal = [&](const std::string& graph) { return file.refusal({{"weir.version", "1"}, {"weir.graph", graph}}); };
  CHECK(refusal("") == "its graph cannot be built: byte 1 cannot be read as JSON.");
  CHECK(refusal(R"({"nodes":[],"outputs":[]})") == "its graph cannot be built: graph: has no input. Add one with input(shape).");
  CHECK(refusal(R"({"nodes":[{"name":"a","shape":[4294967296,4294967296],"storage":"u8"}],"outputs":[]})")
            .starts_with("its graph cannot be built: "));
  CHECK(refusal(R"({"nodes":[{"name":"a","shape":[3],"storage":"compute"},)"
                R"({"name":"\u001b[31m","type":"add","config":{},"inputs":["a"]}],"outputs":[]})") ==
        "its graph cannot be built: node '?[31m': graph: the name '?[31m' holds a space or a special character. Use letters, digits, dots "
        "and dashes.");
}

TEST_CASE("load: tensors that are not those of the graph are all listed") {
  Written file;
  const std::string start = "its tensors do not fit its graph: ", end = ". It is damaged: copy or save it again.";
  const Tensor other({3, 2}), whole({2}, DType::i32);
  CHECK(file.tensors_refusal({{"0.bias", file.bias}}) == start + "'0.weight' is missing, expected [2, 3]" + end);
  CHECK(file.tensors_refusal({{"0.weight", other}, {"0.bias", file.bias}}) == start + "'0.weight' is [3, 2] F32, expected [2, 3]" + end);
  CHECK(file.tensors_refusal({{"0.weight", other}, {"0.bias", whole}, {"1.weight", other}}) ==
        start +
            "'0.weight' is [3, 2] F32, expected [2, 3]; '0.bias' is [2] I32, expected F32, F64, F16 or BF16; '1.weight' [3, 2] F32 is not "
            "expected" +
            end);
}

TEST_CASE("load: a graph that promises more than the file holds takes no memory") {
  Written file;
  CHECK(file.refusal(
            {{"weir.version", "1"},
             {"weir.graph", R"({"nodes":[{"name":"in","shape":[1000000000],"storage":"compute"},)"
                            R"({"name":"0","type":"dense","config":{"out":1000000000,"bias":true},"inputs":["in"]}],"outputs":["0"]})"}}) ==
        "its tensors do not fit its graph: '0.weight' is [2, 3] F32, expected [1000000000, 1000000000]; "
        "'0.bias' is [2] F32, expected [1000000000]. It is damaged: copy or save it again.");
}

TEST_CASE("load: what is no file is refused") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  CHECK(message_of<FileError>([&] { load_model(name); }) == name + ": cannot be opened: No such file or directory. Check the path.");
  CHECK(message_of<FileError>([&] { load_metadata(folder.path()); }) ==
        folder.path().string() + ": is a folder, expected a file. Name a file in it.");
}

TEST_CASE("load: options that make no model are the callers error and not the files") {
  const TemporaryFolder folder;
  save(Model(mlp()), folder / "a");
  CHECK_THROWS_AS(load_model(folder / "a", {.dtype = DType::i32}), ConfigError);
  CHECK_THROWS_AS(load_model(folder / "a", {.max_batch = 0}), ConfigError);
}
