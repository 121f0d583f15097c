#include "training/find_nonfinite.hpp"

#include <cmath>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "data/finite.hpp"
#include "training/loss_runner.hpp"
#include "training/optimizers/rule.hpp"

namespace weir {

namespace {

// "[2, 1]": the indices of the element with this flat index.
std::string position(const Shape& shape, std::int64_t index) {
  std::string text;
  for (std::size_t axis = shape.rank(); axis-- > 0;) {
    text = std::to_string(index % shape[axis]) + (text.empty() ? "" : ", ") + text;
    index /= shape[axis];
  }
  return "[" + text + "]";
}

using Found = std::optional<std::string>;

Found named(const std::string& name, const ConstTensorView& block) {
  const Found bad = find_bad(block);
  return bad ? Found(name + " is " + *bad) : std::nullopt;
}

// Looks at inputs, parameters and outputs of the layers in the order of forward. `literal` is the Model without fusion.
Found bad_in_forward(const Model& literal, const Batch& batch) {
  const Graph& graph = literal.graph();
  std::size_t input = 0;
  for (const Graph::Entry& entry : graph.entries()) {
    if (!entry.layer) {
      if (const Found bad = named("input " + entry.name, batch.inputs[input++])) return bad;
      continue;
    }
    for (const Graph::Block& block : entry.blocks) {
      const std::string name = graph.parameter_name(block);
      if (const Found bad = named("the parameter " + name, literal.parameter(name))) return bad;
    }
    const std::string name = "the output of " + entry.name + " (" + entry.layer->describe() + ")";
    if (const Found bad = named(name, literal.activation(entry.name))) return bad;
  }
  return std::nullopt;
}

Found bad_in_losses(const Model& literal, const Losses& losses, const Batch& batch) {
  const Context context = context_for(literal.device());
  for (std::size_t i = 0; i < losses.terms().size(); ++i) {
    const Loss& loss = *losses.terms()[i].loss;
    const std::string number = std::to_string(i);
    if (const Found bad = named("target " + number, batch.targets[i])) return bad;
    if (!batch.sample_weights.empty()) {
      if (const Found bad = named("sample_weights " + number, batch.weights_for(i))) return bad;
    }
    const ConstTensorView &output = literal.outputs()[i], &target = batch.targets[i];
    LossRunner runner(loss, output.shape().without_front(), target.shape().without_front(), literal.max_batch(), literal.dtype(),
                      literal.device());
    if (const Found bad = named("loss " + number + " (" + loss.describe() + ")", runner.run(context, output, target))) return bad;
  }
  return std::nullopt;
}

Found bad_gradient(const Model& model) {
  const auto& entries = model.graph().entries();
  for (std::size_t i = entries.size(); i-- > 0;) {
    for (const Graph::Block& block : entries[i].blocks) {
      if (block.entry != i) continue;  // shared parameters: reported with the node that owns them
      const std::string name = model.graph().parameter_name(block);
      if (const Found bad = named("the gradient of " + name, model.gradient(name))) return bad;
    }
  }
  return std::nullopt;
}

Found bad_loss(const Model& model) {
  return std::isfinite(model.loss()) ? std::nullopt : Found("the loss is " + number_text(model.loss()));
}

Model make_literal(const Model& model, const Losses& losses, const Batch& batch) {
  ModelOptions options = model.options();
  options.max_batch = batch.inputs[0].shape()[0];
  options.fuse = false;
  options.reuse_memory = false;
  Model literal(model.graph(), options);
  copy(model.parameter_arena(), literal.parameter_arena());
  if (model.state_arena().elements() > 0) copy(model.state_arena(), literal.state_arena());
  literal.training_state().step = model.training_state().step;
  std::vector<Shape> targets;
  for (const ConstTensorView& target : batch.targets) targets.push_back(target.shape().without_front());
  literal.plan_training(losses, targets);
  return literal;
}

}  // namespace

std::optional<std::string> find_bad(const ConstTensorView& block) {
  if ((block.dtype() != DType::f32 && block.dtype() != DType::f64) || block.elements() == 0) return std::nullopt;
  const Tensor host = block.device().is_cpu() ? Tensor() : clone(block).to(Device::cpu());
  const ConstTensorView view = host.empty() ? block : host;
  const std::int64_t index = first_beyond(view, largest_finite(view.dtype()));
  if (index < 0) return std::nullopt;
  const auto at = static_cast<std::size_t>(index);
  const double value = view.dtype() == DType::f64 ? view.values<double>()[at] : static_cast<double>(view.values<float>()[at]);
  return number_text(value) + " at " + position(view.shape(), index);
}

std::string find_bad_gradient(const Model& model) {
  if (const Found bad = bad_gradient(model)) return *bad;
  return bad_loss(model).value_or("a gradient is not finite");
}

std::string find_first_bad(const Model& model, const Losses& losses, const Batch& batch) try {
  Model literal = make_literal(model, losses, batch);
  literal.backward(batch);
  for (const Found& bad :
       {bad_in_forward(literal, batch), bad_in_losses(literal, losses, batch), bad_gradient(literal), bad_loss(literal)}) {
    if (bad) return *bad;
  }
  return find_bad_gradient(model);
} catch (const Error&) {  // for example no memory for a second Model: report what this one still holds
  return find_bad_gradient(model);
}

std::string failed_step(const std::string& who, const Model& model, const std::string& what) {
  return who + ": step " + std::to_string(model.training_state().step + 1) + ": " + what +
         ", expected finite numbers. The Model is as it was before this step. Lower the learning rate or look at the data.";
}

}  // namespace weir
