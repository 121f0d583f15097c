#include <cmath>
#include <string>
#include <weir/layers/prelu.hpp>

#include "core/text.hpp"
#include "layers/inputs.hpp"
#include "layers/prelu_ops.hpp"

namespace weir {

PReLU::PReLU(std::int64_t num_parameters, double init) : num_parameters_(num_parameters), init_(init) {
  if (num_parameters < 1) {
    throw ConfigError("prelu: num_parameters is " + std::to_string(num_parameters) +
                      ", expected at least 1. Give 1, or the first dimension of the input.");
  }
  if (!std::isfinite(init)) throw ConfigError("prelu: init is " + number_text(init) + ", expected a finite number. Give another one.");
}

Config PReLU::config() const { return Config().set("num_parameters", num_parameters_).set("init", init_); }

std::string PReLU::describe() const { return num_parameters_ == 1 ? "prelu" : "prelu(" + std::to_string(num_parameters_) + ")"; }

LayerPlan PReLU::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  if (num_parameters_ != 1 && (inputs[0].rank() == 0 || inputs[0][0] != num_parameters_)) {
    throw ShapeError("its input is " + to_string(inputs[0]) + ", expected a first dimension of " + std::to_string(num_parameters_) +
                     ", one for each parameter. Give num_parameters 1 or that dimension.");
  }
  LayerPlan plan;
  plan.output = inputs[0];
  plan.parameters.push_back({"weight", Shape{num_parameters_}, Initializer::constant(init_)});
  plan.scratch.push_back({.shape = Shape{prelu_chunks, num_parameters_}, .per_sample = false});
  plan.backward_needs = Needs::x;
  return plan;
}

void PReLU::forward(const Context& context, const LayerArgs& args) const {
  on_device::prelu_forward(context, args.x[0], args.parameters[0], args.y);
}

void PReLU::backward(const Context& context, const LayerArgs& args) const {
  on_device::prelu_backward(context, args.x[0], args.parameters[0], args.dy, args.scratch[0], args.dx[0], args.dparameters[0]);
}

}  // namespace weir
