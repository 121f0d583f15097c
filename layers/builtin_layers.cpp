#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <weir/activations/activation.hpp>
#include <weir/core/registry.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "core/options.hpp"
#include "core/registry.hpp"
#include "layers/losses/elementwise_terms.hpp"

namespace weir {

namespace {

struct Builtin {
  const char* type;
  const char* options;  // of its Config, "eps, momentum"; one that ends in * stands for all that begin so; nullptr: make refuses others
  std::unique_ptr<Layer> (*make)(const Config& config);
};

template <class L>
std::unique_ptr<Layer> plain(const Config&) {
  return std::make_unique<L>();
}

template <class L>
std::unique_ptr<Layer> configured(const Config& config) {
  return std::make_unique<L>(L::from_config(config));
}

template <class L, class Options>
std::unique_ptr<Layer> row_norm(const Config& config) {
  return std::make_unique<L>(Options{.eps = config.number("eps"), .elementwise_affine = config.boolean("elementwise_affine")});
}

constexpr Builtin builtins[] = {
    {"activation", nullptr,
     [](const Config& config) -> std::unique_ptr<Layer> { return std::make_unique<Activation>(function_from_config(config)); }},
    {"add", "", plain<Add>},
    {"batch_norm", "eps, momentum, affine",
     [](const Config& config) -> std::unique_ptr<Layer> {
       return std::make_unique<BatchNorm>(
           BatchNormOptions{.eps = config.number("eps"), .momentum = config.number("momentum"), .affine = config.boolean("affine")});
     }},
    {"concat", "", plain<Concat>},
    {"dense", "out, bias, weight, weight_*, bias_initializer, bias_initializer_*, relu_drops_nan, activation_*", configured<Dense>},
    {"dropout", "p", [](const Config& config) -> std::unique_ptr<Layer> { return std::make_unique<Dropout>(config.number("p")); }},
    {"embedding", "num, dim",
     [](const Config& config) -> std::unique_ptr<Layer> {
       return std::make_unique<Embedding>(config.integer("num"), config.integer("dim"));
     }},
    {"flatten", "", plain<Flatten>},
    {"layer_norm", "eps, elementwise_affine", row_norm<LayerNorm, LayerNormOptions>},
    {"log_softmax", "", plain<LogSoftmax>},
    {"multi_margin", "p, margin, weight, reduction", configured<MultiMargin>},
    {"multiply", "", plain<Multiply>},
    {"negative_log_likelihood", "weight, ignore_index, reduction", configured<NegativeLogLikelihood>},
    {"prelu", "num_parameters, init",
     [](const Config& config) -> std::unique_ptr<Layer> {
       return std::make_unique<PReLU>(config.integer("num_parameters"), config.number("init"));
     }},
    {"reshape", "shape",
     [](const Config& config) -> std::unique_ptr<Layer> { return std::make_unique<Reshape>(Shape(config.integers("shape"))); }},
    {"rms_norm", "eps, elementwise_affine", row_norm<RMSNorm, RMSNormOptions>},
    {"softmax", "", plain<Softmax>},
    {"softmax_cross_entropy", "label_smoothing, weight, ignore_index, reduction", configured<SoftmaxCrossEntropy>},
};

// Makes the loss layer of an elementwise term.
template <class F>
struct LossOf {
  using type = ElementwiseLoss<F>;
};
template <>
struct LossOf<LogitTerm> {
  using type = BinaryCrossEntropyWithLogits;
};

template <std::size_t... I>
constexpr auto losses_of(std::index_sequence<I...>) {
  return std::array{Builtin{std::variant_alternative_t<I, ElementwiseTerm>::name.data(),
                            std::is_same_v<std::variant_alternative_t<I, ElementwiseTerm>, LogitTerm> ? "pos_weight, reduction" : nullptr,
                            configured<typename LossOf<std::variant_alternative_t<I, ElementwiseTerm>>::type>}...};
}
constexpr auto elementwise_losses = losses_of(std::make_index_sequence<std::variant_size_v<ElementwiseTerm>>{});

bool is_option(std::string_view name, std::string_view options) {
  while (!options.empty()) {
    const std::string_view option = options.substr(0, options.find(", "));
    options.remove_prefix(std::min(options.size(), option.size() + 2));
    if (option.ends_with('*') ? name.starts_with(option.substr(0, option.size() - 1)) : name == option) return true;
  }
  return false;
}

std::unique_ptr<Layer> make(const Builtin& builtin, const Config& config) {
  for (const auto& entry : config.entries()) {
    if (builtin.options && !is_option(entry.first, builtin.options)) refuse_option(builtin.type, entry.first, builtin.options);
  }
  return builtin.make(config);
}

// Defined here because core does not know any layer. weir's own layers are registered before the first call of either function below.
Registry<std::unique_ptr<Layer>>& layer_registry() {
  static auto& instance = *new Registry<std::unique_ptr<Layer>>("layer", [] {
    Registry<std::unique_ptr<Layer>>::Factories own;
    for (const Builtin& layer : builtins) own.emplace(layer.type, [&layer](const Config& config) { return make(layer, config); });
    for (const Builtin& loss : elementwise_losses) own.emplace(loss.type, [&loss](const Config& config) { return make(loss, config); });
    return own;
  }());
  return instance;
}

}  // namespace

void register_layer(std::string type, LayerFactory factory) { layer_registry().add(std::move(type), std::move(factory)); }

std::unique_ptr<Layer> make_registered_layer(const std::string& type, const Config& config) { return layer_registry().make(type, config); }

std::vector<std::string> registered_layers() { return layer_registry().types(); }

}  // namespace weir
