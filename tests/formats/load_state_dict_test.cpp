#include <doctest/doctest.h>

#include <filesystem>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/dense.hpp>

#include "tests/formats/container.hpp"
#include "tests/formats/keeper_layer.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const std::string advice = ". Give the graph the file's names and sizes (strict = false passes over names that only one of them has).";

std::filesystem::path reference(const std::string& name) {
  return std::filesystem::path(WEIR_SOURCE_DIR) / "tests/reference" / ("state_dict_" + name + ".safetensors");
}

Graph pytorch_net() { return sequential({5}, Dense(4), ReLU(), Dense(3)); }

// Loads, expects E, and checks that the model has not changed.
template <class E>
std::string refusal(Model& model, const std::filesystem::path& path, StateDictOptions options = {}) {
  const auto parameters = bits(model.parameter_arena()), state = bits(model.state_arena());
  const std::string message = message_of<E>([&] { load_state_dict(model, path, options); });
  CHECK(bits(model.parameter_arena()) == parameters);
  CHECK(bits(model.state_arena()) == state);
  return after(message, path.string() + ": ");
}

}  // namespace

TEST_CASE("load_state_dict: files by PyTorch in each of four dtypes compute what PyTorch computes") {
  const TensorFile expected(reference("expected"));
  for (const std::string stored : {"f32", "f64", "f16", "bf16"}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      CAPTURE(stored);
      Model model(pytorch_net(), {.dtype = dtype, .max_batch = 6});
      const StateDictReport report = load_state_dict(model, reference(stored));
      CHECK(report.missing.empty());
      CHECK(report.unexpected.empty());
      const Tensor x = expected.read("x").to(dtype);
      CHECK(worst_error(numbers(model.forward(x)), numbers(expected.read("y_" + stored))) < (dtype == DType::f64 ? 1e-14 : 1e-6));
    }
  }
}

TEST_CASE("load_state_dict: running statistics are loaded too and weirs own files serve") {
  Keeper::make_known();
  const Graph graph = sequential({2}, Keeper(Config()));
  Model from(graph), to(graph);
  from.state("0.mean").values<float>()[1] = 5;
  from.parameter("0.gain").values<float>()[0] = 6;
  const TemporaryFolder folder;
  save(from, folder / "a");
  load_state_dict(to, folder / "a");
  CHECK(bits(to.parameter_arena()) == bits(from.parameter_arena()));
  CHECK(bits(to.state_arena()) == bits(from.state_arena()));
}

TEST_CASE("load_state_dict: a model that shares the parameters sees them") {
  Model model(pytorch_net());
  const Model other = model.share();
  load_state_dict(model, reference("f32"));
  CHECK(bits(other.parameter_arena()) == bits(model.parameter_arena()));
  CHECK(other.parameter("0.bias").values<float>()[0] == numbers(TensorFile(reference("f32")).read("0.bias"))[0]);
}

TEST_CASE("load_state_dict: everything that does not fit is listed and the model is unchanged") {
  Model wide(sequential({5}, Dense(7), ReLU(), Dense(3)));
  CHECK(refusal<ShapeError>(wide, reference("f32")) ==
        "does not fit the model: '0.weight' is [4, 5] F32, expected [7, 5]; '0.bias' is [4] F32, expected [7]; '2.weight' is [3, 4] F32, "
        "expected [3, 7]" +
            advice);
  Model other(sequential({5}, Dense(4), Dense(3, {.bias = false})));
  CHECK(refusal<FormatError>(other, reference("f16")) ==
        "does not fit the model: '1.weight' is missing, expected [3, 4]; '2.bias' [3] F16 is not expected; '2.weight' [3, 4] F16 is not "
        "expected" +
            advice);
}

TEST_CASE("load_state_dict: whole numbers are no weights unless nobody asks for them") {
  const TemporaryFolder folder;
  write_bytes(folder / "a", container(R"({"0.gain":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})", "12345678"));
  Keeper::make_known();
  Model keeper(sequential({2}, Keeper(Config())));
  CHECK(refusal<FormatError>(keeper, folder / "a") ==
        "does not fit the model: '0.gain' is [] I64, expected F32, F64, F16 or BF16; '0.mean' is missing, expected [2]; "
        "'0.count' is missing, expected []" +
            advice);
  CHECK(refusal<FormatError>(keeper, folder / "a", {.strict = false}) ==
        "does not fit the model: '0.gain' is [] I64, expected F32, F64, F16 or BF16" + advice);
  Model dense(sequential({2}, Dense(1, {.bias = false})));
  CHECK(load_state_dict(dense, folder / "a", {.strict = false}).unexpected == std::vector<std::string>{"0.gain"});
}

TEST_CASE("load_state_dict: not strict passes over names and says which but never over shapes") {
  Model model(sequential({5}, Dense(4), ReLU(), Dense(3), Dense(2)));
  const auto before = bits(model.parameter("3.weight"));
  const StateDictReport report = load_state_dict(model, reference("f32"), {.strict = false});
  CHECK(report.missing == std::vector<std::string>{"3.weight", "3.bias"});
  CHECK(report.unexpected.empty());
  CHECK(bits(model.parameter("0.weight")) == bits(TensorFile(reference("f32")).read("0.weight")));
  CHECK(bits(model.parameter("3.weight")) == before);
  Model narrow(sequential({5}, Dense(4)));
  CHECK(load_state_dict(narrow, reference("f32"), {.strict = false}).unexpected == std::vector<std::string>{"2.bias", "2.weight"});
  Model wrong(sequential({5}, Dense(6)));
  CHECK(refusal<ShapeError>(wrong, reference("f32"), {.strict = false}) ==
        "does not fit the model: '0.weight' is [4, 5] F32, expected [6, 5]; '0.bias' is [4] F32, expected [6]" + advice);
}

TEST_CASE("load_state_dict: a long list is cut") {
  const TemporaryFolder folder;
  std::vector<NamedTensor> tensors;
  const Tensor one({1});
  for (int i = 0; i < 25; ++i) tensors.push_back({"t" + std::to_string(i), one});
  write_safetensors(folder / "a", tensors);
  Model model(sequential({1}, ReLU()));
  const std::string message = refusal<FormatError>(model, folder / "a");
  CHECK(message.ends_with("'t19' [1] F32 is not expected; and 5 more" + advice));
}

TEST_CASE("load_state_dict: a file that is cut off or by a newer weir changes nothing") {
  const TemporaryFolder folder;
  const std::string whole = read_bytes(reference("f32"));
  Model model(pytorch_net());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_bytes(folder / "a", whole.substr(0, size));
    CHECK_FALSE(refusal<FormatError>(model, folder / "a").empty());
  }
  write_bytes(folder / "b", container(R"({"__metadata__":{"weir.version":"3"}})"));
  CHECK(refusal<FormatError>(model, folder / "b") == "was saved by a newer weir: its file version is 3, this weir reads 2. Update weir.");
  CHECK(message_of<FileError>([&] { load_state_dict(model, folder / "c"); }) ==
        (folder / "c").string() + ": cannot be opened: No such file or directory. Check the path.");
}
