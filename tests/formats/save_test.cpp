#include <doctest/doctest.h>

#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/dense.hpp>

#include "formats/model_file.hpp"
#include "tests/formats/container.hpp"
#include "tests/formats/keeper_layer.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/in_memory.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/sealed.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Graph mlp() { return sequential({3}, Dense(4), ReLU(), Dense(2)); }

}  // namespace

TEST_CASE("save: a small model has the bytes that the format demands") {
  Model model(sequential({1}, Dense(2, {.bias = false})), {.dtype = DType::f64});
  model.parameter("0.weight").values<double>()[0] = 1;
  model.parameter("0.weight").values<double>()[1] = -2;
  const TemporaryFolder folder;
  save(model, folder / "a", {{"input.divisor", "255"}});
  std::string header = R"({"__metadata__":{"input.divisor":"255","weir.digest":"00000000","weir.graph":"{\"nodes\":[)"
                       R"({\"name\":\"input\",\"shape\":[1],\"storage\":\"compute\"},)"
                       R"({\"name\":\"0\",\"type\":\"dense\",\"config\":{\"out\":2,\"bias\":false},\"inputs\":[\"input\"]}],)"
                       R"(\"outputs\":[\"0\"]}","weir.version":"2"},"0.weight":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  CHECK(read_bytes(folder / "a") == sealed(container(header, std::string("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0", 16))));
}

TEST_CASE("save: equal models give equal bytes and other ones do not") {
  const TemporaryFolder folder;
  save(Model(mlp(), {.seed = 3}), folder / "a");
  save(Model(mlp(), {.max_batch = 7, .seed = 3, .fuse = false, .reuse_memory = false}), folder / "b");
  save(Model(mlp(), {.seed = 4}), folder / "c");
  CHECK(read_bytes(folder / "a") == read_bytes(folder / "b"));
  CHECK(read_bytes(folder / "a") != read_bytes(folder / "c"));
  save(load_model(folder / "a"), folder / "d");
  CHECK(read_bytes(folder / "a") == read_bytes(folder / "d"));
}

TEST_CASE("save: each parameter and running statistic is there under its nodes name") {
  Keeper::make_known();
  Graph graph;
  const Node x = graph.input({2});
  graph.output(graph.add(Keeper(Config()), {graph.add(Dense(5), {x}, "encoder.0")}, "keep"));
  const TemporaryFolder folder;
  save(Model(graph), folder / "a");
  const TensorFile file(folder / "a");
  std::vector<std::string> names;
  for (const TensorEntry& entry : file.entries()) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"encoder.0.weight", "encoder.0.bias", "keep.gain", "keep.mean", "keep.count"});
  CHECK(file.read("encoder.0.weight").shape() == Shape{5, 2});
  CHECK(numbers(file.read("keep.gain"))[0] == 1);
  CHECK(numbers(file.read("keep.mean"))[4] == 0.25F);
  CHECK(numbers(file.read("keep.count"))[0] == 7);
}

TEST_CASE("save: memory holds the bytes of the file and gives the model back") {
  const Model model(mlp(), {.seed = 5});
  const TemporaryFolder folder;
  std::vector<std::byte> bytes;
  save(model, folder / "a", {{"note", "x"}});
  save(model, bytes, {{"note", "x"}});
  CHECK(text_of(bytes) == read_bytes(folder / "a"));
  const Model loaded = load_model(bytes);
  CHECK(bits(loaded.parameter_arena()) == bits(model.parameter_arena()));
  CHECK(load_metadata(bytes) == std::map<std::string, std::string>{{"note", "x"}});
  Model other(mlp(), {.seed = 6});
  load_state_dict(other, bytes);
  CHECK(bits(other.parameter_arena()) == bits(model.parameter_arena()));
  CHECK(message_of<ConfigError>([&] {
          save(model, bytes, {{"weir.mine", ""}});
        }) == "(memory): cannot be saved: the metadata key 'weir.mine' begins with 'weir.', which is weir's own. Name it otherwise.");
  CHECK(text_of(bytes) == read_bytes(folder / "a"));
}

TEST_CASE("save: what weir keeps beside a model is in the file and not in the model") {
  const Model model(mlp(), {.seed = 7});
  const Tensor moments = Tensor::from<double>({0.5, 0.25, 8}, {3});
  const std::map<std::string, std::string> metadata{{"note", "x"}, {"weir.training", "{}"}};
  std::vector<std::byte> bytes;
  save_with(model, bytes, metadata, {{"weir.moments", moments}});
  const TensorFile file(bytes);
  CHECK(file.metadata().at("weir.training") == "{}");
  CHECK(numbers(file.read("weir.moments"))[2] == 8);
  CHECK(load_metadata(file) == std::map<std::string, std::string>{{"note", "x"}});
  const Model loaded = load_model(file);
  CHECK(bits(loaded.parameter_arena()) == bits(model.parameter_arena()));
  Model other(mlp(), {.seed = 8});
  CHECK(load_state_dict(other, file).unexpected.empty());
  CHECK(bits(other.parameter_arena()) == bits(model.parameter_arena()));
  // In a file not written by weir this name has no special meaning.
  write_safetensors(bytes, std::vector<NamedTensor>{{"weir.moments", moments}});
  CHECK(load_state_dict(other, bytes, {.strict = false}).unexpected == std::vector<std::string>{"weir.moments"});
}

TEST_CASE("save: keys of weir and texts that are not UTF-8 are refused and the previous file stays") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  const Model model(mlp());
  save(model, name);
  const std::string before = read_bytes(name);
  const auto refusal = [&](const std::map<std::string, std::string>& metadata) {
    return message_of<ConfigError>([&] { save(model, name, metadata); });
  };
  for (const std::string key : {"weir.graph", "weir.version", "weir.mine"}) {
    CHECK(refusal({{key, ""}}) ==
          name + ": cannot be saved: the metadata key '" + key + "' begins with 'weir.', which is weir's own. Name it otherwise.");
  }
  CHECK(refusal({{"a", "\xff"}}) == name + ": cannot be saved: a text is not UTF-8. Write it in UTF-8.");
  Keeper::make_known();
  CHECK(message_of<ConfigError>([&] { save(Model(sequential({1}, Keeper(Config().set("a", "\xff")))), name); }) ==
        name + ": cannot be saved: a text is not UTF-8. Write it in UTF-8.");
  CHECK(read_bytes(name) == before);
}
