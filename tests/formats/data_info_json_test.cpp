#include <doctest/doctest.h>

#include <map>
#include <string>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/safetensors.hpp>
#include <weir/formats/save.hpp>
#include <weir/formats/tensor_file.hpp>
#include <weir/layers/dense.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// One input [4], one output [2].
Model made() { return Model(sequential({4}, Dense(2))); }

// A file written by save, with another text under weir.data.
struct Changed {
  TemporaryFolder folder;
  std::string name = (folder / "changed").string();

  void write(const std::string& text) {
    const Model model = made();
    save(model, folder / "a");
    const TensorFile file(folder / "a");
    std::map<std::string, std::string> metadata = file.metadata();
    metadata["weir.data"] = text;
    write_safetensors(name, std::vector<NamedTensor>{{"0.weight", model.parameter("0.weight")}, {"0.bias", model.parameter("0.bias")}},
                      metadata);
  }
  std::string refusal(const std::string& text) {
    write(text);
    const std::string message = after(message_of<FormatError>([&] { load_model(name); }), name + ": its weir.data cannot be used: ");
    const std::string end = " It is damaged: copy or save it again.";
    CHECK(message.ends_with(end));
    return message.substr(0, message.size() - end.size());
  }
};

DataInfo info_in(const std::filesystem::path& path) {
  const Model model = load_model(path);
  return model.data_info();
}

}  // namespace

TEST_CASE("data info json: what a Model knows of its data comes back from its file") {
  const TemporaryFolder folder;
  Model model = made();
  const DataInfo info{{{.divisor = 0.1, .image = {2, 1, 2}, .columns = {"a", "", "\"\n", "\xe2\x82\xac"}}}, {{.classes = {"cat", "dog"}}}};
  model.set_data_info(info);
  save(model, folder / "a");
  const TensorFile file(folder / "a");
  CHECK(file.metadata().at("weir.data") == R"({"inputs":[{"divisor":0.1,"image":[2,1,2],"columns":["a","","\"\n",")"
                                           "\xe2\x82\xac"
                                           R"("]}],"targets":[{"classes":["cat","dog"]}]})");
  CHECK(info_in(folder / "a") == info);
  CHECK(load_metadata(folder / "a").empty());
  for (const double divisor : {255.0, 1.0, 1e30, 1e-30}) {
    model.set_data_info({{{.divisor = divisor}}, {{}}});
    save(model, folder / "b");
    CHECK(info_in(folder / "b").inputs[0].divisor == divisor);
  }
}

TEST_CASE("data info json: nothing is written where nothing is known and a file without it loads") {
  const TemporaryFolder folder;
  save(made(), folder / "a");
  const TensorFile file(folder / "a");
  CHECK_FALSE(file.metadata().contains("weir.data"));
  CHECK(info_in(folder / "a") == DataInfo{{{}}, {{}}});
}

TEST_CASE("data info json: a name that is not UTF-8 is refused when it is saved") {
  const TemporaryFolder folder;
  Model model = made();
  model.set_data_info({{{}}, {{.classes = {"a", "\xff"}}}});
  const std::string name = (folder / "a").string();
  CHECK(message_of<ConfigError>([&] { save(model, name); }) == name + ": cannot be saved: a text is not UTF-8. Write it in UTF-8.");
}

TEST_CASE("data info json: as many names as a Model takes can be saved and loaded") {
  const TemporaryFolder folder;
  Model model(sequential({150'000}, Dense(1)));
  model.set_data_info({{{.columns = std::vector<std::string>(150'000, "c")}}, {{}}});
  save(model, folder / "a");
  CHECK(info_in(folder / "a") == model.data_info());
}

TEST_CASE("data info json: damaged and hostile texts are refused") {
  Changed file;
  file.write(R"({"inputs":[{}],"targets":[{}]})");
  CHECK(info_in(file.name) == DataInfo{{{}}, {{}}});
  const auto input = [&](const std::string& text) { return file.refusal(R"({"inputs":[)" + text + R"(],"targets":[{}]})"); };
  CHECK(file.refusal("").starts_with("byte "));
  CHECK(file.refusal("[]") == "it has no list 'inputs'.");
  CHECK(file.refusal(R"({"inputs":[{}]})") == "it has no list 'targets'.");
  CHECK(file.refusal(R"({"inputs":{},"targets":[{}]})") == "it has no list 'inputs'.");
  CHECK(input("1") == "a field is no object.");
  CHECK(input(R"({"divisir":2.0})") == "its 'divisir' is not known, or no number.");
  CHECK(input(R"({"divisor":"2"})") == "its 'divisor' is not known, or no number.");
  CHECK(input(R"({"image":3})") == "its 'image' is no list.");
  CHECK(input(R"({"image":[2,2,1.0]})") == "its 'image' has a value of the wrong type.");
  CHECK(input(R"({"columns":["a",1]})") == "its 'columns' has a value of the wrong type.");
  CHECK(input(R"({"columns":["a"],"columns":["b"]})") == "the key 'columns' occurs twice.");
  // Valid structure with sizes that do not fit the graph.
  CHECK(input(R"({},{})") == "data info: is of 2 inputs and 1 targets, the graph has 1 inputs and 1 outputs. Give one FieldInfo for each.");
  CHECK(input(R"({"image":[2,2,2]})") ==
        "data info, input 0: its image is [2, 2, 2], expected [height, width, channels] of 4 numbers, as a sample has. Set "
        "FieldInfo::image.");
  CHECK(input(R"({"image":[-1,-4,1]})").starts_with("shape: "));
  CHECK(input(R"({"image":[4294967296,4294967296,4294967296]})").starts_with("shape: "));
  CHECK(input(R"({"image":[1,1,1,1,1,1,1,1,4]})").starts_with("shape: "));
  CHECK(input(R"({"divisor":-1.0})").starts_with("data info, input 0: its divisor is -1, "));
  CHECK(input(R"({"columns":["a"]})").starts_with("data info, input 0: has 1 column names, "));
  CHECK(file.refusal(R"({"inputs":[{}],"targets":[{"classes":["a"]}]})").starts_with("data info, target 0: has 1 class names, "));
}
