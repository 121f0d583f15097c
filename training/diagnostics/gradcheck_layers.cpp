#include "training/diagnostics/gradcheck_layers.hpp"

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

namespace {

// A copy of a block on the host, from any device. Slow: for checks only.
Tensor to_host(const Context& context, const ConstTensorView& view) {
  Tensor host(view.shape(), view.dtype());
  copy(context, view, host);
  return host;
}

// Output and target of one call on the host, f64 [batch, n].
struct HostBlocks {
  Tensor output, target;
  std::span<const double> output_row(std::int64_t sample) const { return row(output, sample); }
  std::span<const double> target_row(std::int64_t sample) const { return row(target, sample); }

 private:
  static std::span<const double> row(const Tensor& block, std::int64_t sample) {
    const auto width = static_cast<std::size_t>(block.shape().without_front().elements());
    return block.values<double>().subspan(static_cast<std::size_t>(sample) * width, width);
  }
};

HostBlocks host_blocks(const Context& context, const LayerArgs& args) { return {to_host(context, args.x[0]), to_host(context, args.x[1])}; }

}  // namespace

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

LayerPlan ProjectionLoss::infer(std::span<const Shape> inputs) const {
  if (inputs.size() != 2 || inputs[0] != inputs[1]) {
    throw ShapeError("an output and a target of one shape are needed: got " + std::to_string(inputs.size()) + " inputs");
  }
  LayerPlan plan;
  plan.backward_needs = Needs::x;
  return plan;
}

void ProjectionLoss::forward(const Context& context, const LayerArgs& args) const {
  const HostBlocks host = host_blocks(context, args);
  Tensor y(args.y.shape(), DType::f64);
  for (std::int64_t s = 0; s < args.batch; ++s) {
    double sum = 0;
    const auto output = host.output_row(s);
    const auto target = host.target_row(s);
    for (std::size_t i = 0; i < output.size(); ++i) sum += target[i] * output[i];
    y.values<double>()[static_cast<std::size_t>(s)] = sum;
  }
  copy(context, y, args.y);
}

void ProjectionLoss::backward(const Context& context, const LayerArgs& args) const {
  const HostBlocks host = host_blocks(context, args);
  const Tensor dy = to_host(context, args.dy);
  for (std::size_t input = 0; input < 2; ++input) {
    if (args.dx[input].empty()) continue;
    Tensor dx(args.dx[input].shape(), DType::f64);
    std::size_t at = 0;
    for (std::int64_t s = 0; s < args.batch; ++s) {
      for (const double other : input == 0 ? host.target_row(s) : host.output_row(s)) {
        dx.values<double>()[at++] = dy.values<double>()[static_cast<std::size_t>(s)] * other;
      }
    }
    copy(context, dx, args.dx[input]);
  }
}

bool ProjectionLoss::runs_on(Device) const { return true; }

}  // namespace weir
