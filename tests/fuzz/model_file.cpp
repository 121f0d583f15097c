// A model file, from memory: TensorFile, load_model, load_metadata and load_state_dict.
#include <optional>
#include <string>
#include <vector>
#include <weir/weir.hpp>

#include "tests/fuzz/target.hpp"
#include "tests/support/in_memory.hpp"
#include "tests/support/sealed.hpp"

namespace weir::test {

namespace {

std::string saved(const Model& model, const std::map<std::string, std::string>& metadata = {}) {
  std::vector<std::byte> bytes;
  save(model, bytes, metadata);
  return text_of(bytes);
}

Graph small() { return sequential({3}, Dense(4), BatchNorm(), ReLU(), Dense(2)); }

Graph with_branches() {
  Graph graph;
  const Node a = graph.input({4}), words = graph.input({}, Storage::i32);
  const Node h = graph.add(Dense(4), {a}), again = graph.add(Dense(4), {h});
  graph.share_parameters(again, h);
  const Node both = graph.add(Concat(), {graph.add(Add(), {h, again}), graph.add(Embedding(3, 2), {words})});
  graph.output(graph.add(Softmax(), {graph.add(LayerNorm(), {both})}));
  graph.output(graph.add(Dropout(0.25), {again}));
  return graph;
}

void read_tensors(const std::string& file) {
  std::optional<TensorFile> opened;
  try {
    opened.emplace(in_memory(file));
  } catch (const Error&) {
    return;
  }
  for (const TensorEntry& entry : opened->entries()) {
    try {
      require(opened->read(entry.name).bytes() > 0 || entry.bytes == 0, "a tensor that was read is empty");
    } catch (const Error&) {
    }
  }
  try {
    opened->verify();
    load_metadata(*opened);
  } catch (const Error&) {
  }
}

void load(const std::string& file) {
  std::optional<Model> model;
  try {
    model.emplace(load_model(in_memory(file)));
  } catch (const Error&) {
    return;
  }
  const std::string once = saved(*model);
  require(saved(load_model(in_memory(once))) == once, "a Model that was loaded, saved and loaded is another");
}

void load_into(const std::string& file, bool strict) {
  Model model(small());
  const std::string before = saved(model);
  try {
    load_state_dict(model, in_memory(file), {.strict = strict});
  } catch (const Error&) {
    require(saved(model) == before, "load_state_dict threw and changed the Model");
  }
}

}  // namespace

void fuzz_one(const std::string& bytes) {
  const std::string file = sealed(bytes);
  read_tensors(file);
  load(file);
  load_into(file, true);
  load_into(file, false);
}

std::map<std::string, std::string> seeds() {
  std::map<std::string, std::string> files;
  Model first(small());
  first.set_data_info({{{.divisor = 16, .image = {3, 1, 1}}}, {{.classes = {"no", "yes"}}}});
  files["saved"] = saved(first, {{"note", "of my own"}});
  files["branches"] = saved(Model(with_branches(), {.dtype = DType::f64}));
  files["columns"] = [] {
    Model model(sequential({2}, Dense(1), Sigmoid()));
    model.set_data_info({{{.columns = {"a", "b"}}}, {{}}});
    return saved(model);
  }();
  // As other programs and an older weir write them: without a digest, and with other dtypes.
  const std::vector<std::byte> plain = [] {
    const Tensor weight(Shape{4, 3}, DType::f64), bias(Shape{4}, DType::f32), count(Shape{1}, DType::i64);
    std::vector<std::byte> file;
    write_safetensors(file, std::vector<NamedTensor>{{"0.weight", weight}, {"0.bias", bias}, {"1.num_batches_tracked", count}},
                      {{"format", "pt"}});
    return file;
  }();
  files["state_dict"] = text_of(plain);
  const std::string header = R"({"0.weight":{"dtype":"BF16","shape":[4,3],"data_offsets":[0,24]},)"
                             R"("0.bias":{"dtype":"F16","shape":[4],"data_offsets":[24,32]}})";
  files["halves"] = std::string{static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0} + header + std::string(32, '\x3c');
  return files;
}

}  // namespace weir::test
