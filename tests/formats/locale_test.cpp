// A host program whose locale writes decimal commas: the same bytes are written, and the same values read.

#include <doctest/doctest.h>

#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/json.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/dense.hpp>

#include "tests/formats/container.hpp"
#include "tests/layers/every_layer.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/decimal_comma.hpp"
#include "tests/support/in_memory.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Layers whose configs hold fractions.
Model network() {
  Graph graph = sequential({6}, Dense(1234), LeakyReLU{0.3}, Dense(4), ELU{0.75}, BatchNorm({.momentum = 0.25}), PReLU(1, 0.125),
                           LayerNorm({.eps = 1e-5}), Dropout(0.5), Dense(2, {.weight = Initializer::he_normal(0.5)}));
  Model model(std::move(graph), {.seed = 3});
  model.set_data_info({{{.divisor = 0.1}}, {{}}});
  return model;
}

struct Written {
  std::vector<std::byte> file;
  std::string config, table;
};

Written write_all(const Model& model) {
  Written written;
  save(model, written.file, {{"key", "1.5"}});
  written.config = to_json(Config().set("a", 0.1).set("b", std::vector<double>{1e-300, 2.5, 1234567.25}).set("c", std::int64_t{1234567}));
  std::ostringstream table;
  table << model.graph() << model << Shape{1234, 5} << to_string(Shape{1234567});
  for (const Graph::Entry& entry : model.graph().entries()) {
    if (entry.layer) table << entry.layer->describe() << describe("x", entry.layer->config());
  }
  written.table = table.str() + Initializer::normal(0.5, 0.25).describe() + Initializer::he_normal(0.5, Fan::out).describe();
  return written;
}

}  // namespace

TEST_CASE("locale: files and tables are the same with a decimal comma and files are read") {
  const Model model = network();
  const Written plain = write_all(model);
  CHECK(plain.table.find("leaky_relu(0.3)") != std::string::npos);
  const DecimalComma comma;
  const Written written = write_all(model);
  CHECK(written.file == plain.file);
  CHECK(written.config == plain.config);
  CHECK(written.table == plain.table);
  const Model again = load_model(plain.file);
  CHECK(bits(again.parameter_arena()) == bits(model.parameter_arena()));
  for (std::size_t i = 0; i < model.graph().entries().size(); ++i) {
    const auto &layer = model.graph().entries()[i].layer, &same = again.graph().entries()[i].layer;
    if (layer) CHECK(layer->config() == same->config());
  }
  CHECK(again.data_info() == model.data_info());
  CHECK(config_from_json(plain.config) == config_from_json(written.config));
  const Config read = config_from_json(plain.config);
  CHECK(read.numbers("b") == std::vector<double>{1e-300, 2.5, 1234567.25});
}

TEST_CASE("locale: messages are the same with a decimal comma") {
  const auto messages = [] {
    std::vector<std::string> texts;
    const auto add = [&](auto&& f) { texts.push_back(message_of<Error>(f)); };
    add([] { config_from_json(R"({"a":123456789012345678901234567890})"); });
    add([] { load_metadata(in_memory(container(R"({"x":{"dtype":"F32","shape":[0.5],"data_offsets":[0,4]}})", "1234"))); });
    add([] { Dropout(1.5); });
    add([] { BatchNorm({.eps = -0.5}); });
    add([] { Initializer::uniform(0.5, 0.25); });
    add([] { Initializer::constant(1e300).fill(Tensor(Shape{1}), RandomKey{1}); });
    add([] { Tensor::from<float>({0.5F}, Shape{1}).to(DType::i32); });
    add([] { Tensor::from<float>({1}, Shape{1234567}); });
    return texts;
  };
  const std::vector<std::string> plain = messages();
  CHECK(plain[1].find("the number 0.5") != std::string::npos);
  const DecimalComma comma;
  CHECK(messages() == plain);
}
