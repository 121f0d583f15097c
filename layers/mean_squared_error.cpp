#include <weir/layers/mean_squared_error.hpp>

#include "layers/inputs.hpp"
#include "layers/mean_squared_error_ops.hpp"

namespace weir {

LayerPlan MeanSquaredError::infer(std::span<const Shape> inputs) const {
  require_output_and_target(inputs);
  if (inputs[0] != inputs[1]) {
    throw ShapeError("the target is " + to_string(inputs[1]) + " a sample, the output is " + to_string(inputs[0]) +
                     ", expected equal shapes. Give targets of the output's shape.");
  }
  if (inputs[0].elements() == 0)
    throw ShapeError("the output is " + to_string(inputs[0]) + ", expected at least one element. Give it a width.");
  LayerPlan plan;
  plan.backward_needs = Needs::x;
  return plan;
}

void MeanSquaredError::forward(const Context& context, const LayerArgs& args) const {
  (context.device.is_cuda() ? cuda::mean_squared_error_forward : cpu::mean_squared_error_forward)(context, args.x[0], args.x[1], args.y);
}

void MeanSquaredError::backward(const Context& context, const LayerArgs& args) const {
  (context.device.is_cuda() ? cuda::mean_squared_error_backward : cpu::mean_squared_error_backward)(context, args.x[0], args.x[1], args.dy,
                                                                                                    args.dx[0], args.dx[1]);
}

}  // namespace weir
