#include <weir/layers/elementwise_loss.hpp>

#include <weir/core/error.hpp>

#include "core/options.hpp"
#include "core/typed.hpp"
#include "layers/inputs.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"
#include "layers/losses/loss_parts.hpp"

namespace weir {

TermScale term_scale(Reduction reduction, const ConstTensorView& x, std::int64_t batch) {
  switch (reduction) {
    case Reduction::sum:
      return {static_cast<double>(batch), 1};
    case Reduction::batch_mean:
      return {1, 1};
    default:
      return {1, static_cast<double>(x.elements()) / static_cast<double>(batch)};
  }
}

template <class F>
ElementwiseLoss<F>::ElementwiseLoss(F options) : options_(options) {
  check_options(options_);
}

template <class F>
ElementwiseLoss<F> ElementwiseLoss<F>::from_config(const Config& config) {
  F options = options_from<F>(config, {"reduction"});
  options.reduction = read_reduction(config);
  return ElementwiseLoss(options);
}

template <class F>
std::string ElementwiseLoss<F>::type() const {
  return std::string(F::name);
}

template <class F>
Config ElementwiseLoss<F>::config() const {
  Config config = config_of(options_);
  write_reduction(config, options_.reduction);
  return config;
}

template <class F>
LayerPlan ElementwiseLoss<F>::infer(std::span<const Shape> inputs) const {
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

template <class F>
void ElementwiseLoss<F>::forward(const Context& context, const LayerArgs& args) const {
  on_device::elementwise_loss_forward(context, options_, term_scale(options_.reduction, args.x[0], args.batch), args.x[0], args.x[1],
                                      args.y);
}

template <class F>
void ElementwiseLoss<F>::backward(const Context& context, const LayerArgs& args) const {
  on_device::elementwise_loss_backward(context, options_, term_scale(options_.reduction, args.x[0], args.batch), args.x[0], args.x[1],
                                       args.dy, args.dx[0], args.dx[1]);
}

template <class F>
void ElementwiseLoss<F>::check_targets(const Shape& output, const ConstTensorView& targets) const {
  if constexpr (requires { F::targets; }) {
    if (targets.dtype() != DType::f32 && targets.dtype() != DType::f64) return;
    typed(targets.dtype(), [&](auto t) {
      const auto values = targets.values<decltype(t)>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (options_.takes(static_cast<double>(values[i]))) continue;
        refuse_target(type(), output, static_cast<std::int64_t>(i), static_cast<double>(values[i]), F::targets);
      }
    });
  }
}

template <class F>
double ElementwiseLoss<F>::divisor(const Shape& output, const ConstTensorView& targets) const {
  return options_.reduction == Reduction::sum ? 1 : Loss::divisor(output, targets);
}

template <class F>
std::optional<Classification> ElementwiseLoss<F>::classification(const Shape&, const Shape&) const {
  if constexpr (requires { F::threshold; }) return Classification{.by = Classification::By::threshold, .threshold = F::threshold};
  return {};
}

template class ElementwiseLoss<SquaredTerm>;
template class ElementwiseLoss<AbsoluteTerm>;
template class ElementwiseLoss<HuberTerm>;
template class ElementwiseLoss<SmoothL1Term>;
template class ElementwiseLoss<HingeTerm>;
template class ElementwiseLoss<BinaryCrossEntropyTerm>;
template class ElementwiseLoss<LogitTerm>;
template class ElementwiseLoss<KLDivergenceTerm>;
template class ElementwiseLoss<PoissonTerm>;

}  // namespace weir
