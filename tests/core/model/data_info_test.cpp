#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <weir/core/error.hpp>
#include <weir/core/model.hpp>
#include <weir/layers/dense.hpp>

using namespace weir;

namespace {

// One input [12], one output [3].
Model made() { return Model(sequential({12}, Dense(3))); }

std::string refusal(Model& model, DataInfo info) {
  const DataInfo before = model.data_info();
  try {
    model.set_data_info(std::move(info));
  } catch (const ConfigError& error) {
    CHECK(model.data_info() == before);
    return error.what();
  }
  return "taken";
}

}  // namespace

TEST_CASE("data info: a new Model knows nothing of each input and output and shares what it is told") {
  Model model = made();
  CHECK(model.data_info() == DataInfo{{{}}, {{}}});
  const DataInfo info{{{.divisor = 255, .image = {2, 2, 3}, .columns = std::vector<std::string>(12, "c")}}, {{.classes = {"a", "b", "c"}}}};
  model.set_data_info(info);
  CHECK(model.data_info() == info);
  const Model other = model.share();
  CHECK(other.data_info() == info);
}

TEST_CASE("data info: what does not fit the graph is refused and changes nothing") {
  Model model = made();
  CHECK(refusal(model, {{}, {{}}}) ==
        "data info: is of 0 inputs and 1 targets, the graph has 1 inputs and 1 outputs. Give one FieldInfo for each.");
  CHECK(refusal(model, {{{.divisor = 0}}, {{}}}) ==
        "data info, input 0: its divisor is 0, expected a number from 1e-30 to 1e30. Set FieldInfo::divisor.");
  const std::string image = ", expected [height, width, channels] of 12 numbers, as a sample has. Set FieldInfo::image.";
  CHECK(refusal(model, {{{.image = {12}}}, {{}}}) == "data info, input 0: its image is [12]" + image);
  CHECK(refusal(model, {{{.image = {12, 1, 2}}}, {{}}}) == "data info, input 0: its image is [12, 1, 2]" + image);
  CHECK(refusal(model, {{{.columns = {"a"}}}, {{}}}) ==
        "data info, input 0: has 1 column names, a sample has 12 numbers. Give one name for each, or none.");
  CHECK(refusal(model, {{{}}, {{.classes = {"a", "b"}}}}) ==
        "data info, target 0: has 2 class names, the graph's output [3] has 3 classes. Give one name for each, or none.");
  CHECK(refusal(model, {{{}}, {{.classes = std::vector<std::string>(150'001)}}}) ==
        "data info: holds 150,001 names of columns and classes, expected at most 150,000. Leave FieldInfo::columns out.");
}

TEST_CASE("data info: a target is as many numbers as the output or a label for each of its rows") {
  Model one(sequential({12}, Dense(1))), rows(sequential({5, 12}, Dense(6)));
  CHECK(refusal(one, {{{}}, {{.columns = {"price"}}}}) == "taken");
  CHECK(refusal(one, {{{}}, {{.classes = {"no", "yes"}}}}) == "taken");
  CHECK(refusal(one, {{{}}, {{.classes = {"yes"}}}}) != "taken");
  CHECK(refusal(rows, {{{}}, {{.image = {5, 2, 3}}}}) == "taken");
  CHECK(refusal(rows, {{{}}, {{.image = {5, 1, 1}, .columns = std::vector<std::string>(5)}}}) == "taken");
  CHECK(refusal(rows, {{{}}, {{.image = {6, 1, 1}}}}) != "taken");
  CHECK(refusal(rows, {{{}}, {{.columns = std::vector<std::string>(6)}}}) != "taken");
}
