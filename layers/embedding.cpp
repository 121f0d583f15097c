#include <string>
#include <weir/layers/embedding.hpp>

#include "core/typed.hpp"
#include "layers/embedding_ops.hpp"
#include "layers/inputs.hpp"

namespace weir {

Embedding::Embedding(std::int64_t num, std::int64_t dim) : num_(num), dim_(dim) {
  if (num < 1 || dim < 1) throw ConfigError(describe() + ": expected at least 1 row and 1 column. Give both numbers.");
}

Config Embedding::config() const { return Config().set("num", num_).set("dim", dim_); }

std::string Embedding::describe() const { return "embedding(" + std::to_string(num_) + ", " + std::to_string(dim_) + ")"; }

LayerPlan Embedding::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  if (inputs[0].rank() == Shape::max_rank - 1) {
    throw ShapeError("its input is " + to_string(inputs[0]) + ", which leaves no dimension for the rows. Flatten it.");
  }
  std::vector<std::int64_t> extents(inputs[0].extents().begin(), inputs[0].extents().end());
  extents.push_back(dim_);
  LayerPlan plan;
  plan.output = Shape(extents);
  plan.parameters.push_back({"weight", Shape{num_, dim_}, Initializer::normal(0, 1)});
  plan.inputs = {Storage::i32};
  plan.backward_needs = Needs::x;
  return plan;
}

void Embedding::check_input(std::size_t, const ConstTensorView& x) const { check_indices(x, Shape{num_, dim_}); }

void Embedding::forward(const Context& context, const LayerArgs& args) const {
  on_device::embedding_forward(context, args.x[0], args.parameters[0], args.y);
}

void Embedding::backward(const Context& context, const LayerArgs& args) const {
  if (args.dparameters[0].empty()) return;
  on_device::embedding_backward(context, args.x[0], args.dy, args.dparameters[0]);
}

void check_indices(const ConstTensorView& x, const Shape& weight) {
  const auto* index = data<std::int32_t>(x);
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    if (index[i] < 0 || index[i] >= weight[0]) refuse_index(weight, i / (x.elements() / x.shape()[0]), index[i]);
  }
}

void refuse_index(const Shape& weight, std::int64_t sample, std::int32_t index) {
  throw ConfigError("embedding(" + std::to_string(weight[0]) + ", " + std::to_string(weight[1]) + "): sample " + std::to_string(sample) +
                    " has the index " + std::to_string(index) + ", expected 0 to " + std::to_string(weight[0] - 1) +
                    ". Correct the input, or give the layer more rows.");
}

}  // namespace weir
