#include <weir/layers/layer_norm.hpp>

#include "layers/inputs.hpp"
#include "layers/row_norm.hpp"

namespace weir {

namespace {
RowNorm norm(const LayerNormOptions& options) { return {options.eps, options.elementwise_affine, /*centred=*/true}; }
}  // namespace

LayerNorm::LayerNorm(LayerNormOptions options) : options_(options) { require_eps("layer_norm", options.eps); }

Config LayerNorm::config() const { return Config().set("eps", options_.eps).set("elementwise_affine", options_.elementwise_affine); }

std::string LayerNorm::describe() const { return options_.elementwise_affine ? "layer_norm" : "layer_norm(not affine)"; }

LayerPlan LayerNorm::infer(std::span<const Shape> inputs) const { return norm(options_).plan(inputs); }

void LayerNorm::forward(const Context& context, const LayerArgs& args) const { norm(options_).forward(context, args); }

void LayerNorm::backward(const Context& context, const LayerArgs& args) const { norm(options_).backward(context, args); }

}  // namespace weir
