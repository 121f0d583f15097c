#include <limits>
#include <weir/layers/concat.hpp>

#include "layers/concat_ops.hpp"
#include "layers/inputs.hpp"

namespace weir {

LayerPlan Concat::infer(std::span<const Shape> inputs) const {
  require_several_inputs(inputs);
  const Shape& first = inputs[0];
  if (first.rank() == 0)
    throw ShapeError("input 0 is a single number, [], expected at least one dimension. Add weir::Flatten() before it.");
  std::int64_t width = first.last();
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (inputs[i].rank() != first.rank() || inputs[i].with_last(first.last()) != first) {
      throw ShapeError("input " + std::to_string(i) + " is " + to_string(inputs[i]) + ", expected " + to_string(first) +
                       " as input 0 in all but the last dimension. Add weir::Flatten() before each, for example.");
    }
    if (inputs[i].last() > std::numeric_limits<std::int64_t>::max() - width) {
      throw ShapeError("the last dimensions add up to more than 64 bits count. Use smaller inputs.");
    }
    width += inputs[i].last();
  }
  LayerPlan plan;
  plan.output = first.with_last(width);
  plan.backward_needs = Needs::neither;
  return plan;
}

void Concat::forward(const Context& context, const LayerArgs& args) const { on_device::concat(context, args.x, args.y); }

void Concat::backward(const Context& context, const LayerArgs& args) const { on_device::split(context, args.dy, args.x, args.dx); }

}  // namespace weir
