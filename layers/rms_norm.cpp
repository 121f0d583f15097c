#include <weir/layers/rms_norm.hpp>

#include "layers/inputs.hpp"
#include "layers/row_norm.hpp"

namespace weir {

namespace {
RowNorm norm(const RMSNormOptions& options) { return {options.eps, options.elementwise_affine, /*centred=*/false}; }
}  // namespace

RMSNorm::RMSNorm(RMSNormOptions options) : options_(options) { require_eps("rms_norm", options.eps); }

Config RMSNorm::config() const { return Config().set("eps", options_.eps).set("elementwise_affine", options_.elementwise_affine); }

std::string RMSNorm::describe() const { return options_.elementwise_affine ? "rms_norm" : "rms_norm(not affine)"; }

LayerPlan RMSNorm::infer(std::span<const Shape> inputs) const { return norm(options_).plan(inputs); }

void RMSNorm::forward(const Context& context, const LayerArgs& args) const { norm(options_).forward(context, args); }

void RMSNorm::backward(const Context& context, const LayerArgs& args) const { norm(options_).backward(context, args); }

}  // namespace weir
