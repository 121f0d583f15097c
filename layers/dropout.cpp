#include <string>
#include <weir/core/array.hpp>
#include <weir/layers/dropout.hpp>

#include "core/text.hpp"
#include "layers/dropout_ops.hpp"
#include "layers/inputs.hpp"

namespace weir {

Dropout::Dropout(double p) : p_(p) {
  if (!(p >= 0 && p <= 1)) throw ConfigError("dropout: p is " + number_text(p) + ", expected 0 to 1. Give the share of zeros.");
}

Config Dropout::config() const { return Config().set("p", p_); }

std::string Dropout::describe() const { return "dropout(" + number_text(p_) + ")"; }

LayerPlan Dropout::infer(std::span<const Shape> inputs) const {
  require_one_input(inputs);
  LayerPlan plan;
  plan.output = inputs[0];
  plan.saved.push_back({inputs[0], Storage::u8});
  plan.backward_needs = Needs::neither;
  plan.in_place = true;
  return plan;
}

void Dropout::forward(const Context& context, const LayerArgs& args) const {
  if (!context.training) return copy(context, args.x[0], args.y);
  on_device::dropout_forward(context, p_, args.x[0], args.y, args.saved[0]);
}

void Dropout::backward(const Context& context, const LayerArgs& args) const {
  if (args.dx[0].empty()) return;
  if (!context.training) return copy(context, args.dy, args.dx[0]);
  on_device::dropout_backward(context, p_, args.saved[0], args.dy, args.dx[0]);
}

}  // namespace weir
