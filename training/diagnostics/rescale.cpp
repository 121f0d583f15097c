#include "training/diagnostics/rescale.hpp"

#include "training/to_host.hpp"

namespace weir {

Config Rescale::config() const { return Config().set("factor", factor_); }

LayerPlan Rescale::infer(std::span<const Shape> inputs) const {
  LayerPlan plan;
  plan.output = inputs[0];
  plan.backward_needs = Needs::neither;
  plan.in_place = true;
  return plan;
}

void Rescale::forward(const Context& context, const LayerArgs& args) const { scale(context, args.x[0], args.y); }

void Rescale::backward(const Context& context, const LayerArgs& args) const {
  if (!args.dx[0].empty()) scale(context, args.dy, args.dx[0]);
}

void Rescale::scale(const Context& context, const ConstTensorView& from, const TensorView& to) const {
  Tensor host = to_host(context, from);
  for (double& value : host.values<double>()) value *= factor_;
  copy(context, host, to);
}

}  // namespace weir
