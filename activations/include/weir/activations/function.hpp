#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <weir/activations/celu.hpp>
#include <weir/activations/elu.hpp>
#include <weir/activations/gelu.hpp>
#include <weir/activations/gelu_tanh.hpp>
#include <weir/activations/hard_sigmoid.hpp>
#include <weir/activations/hard_swish.hpp>
#include <weir/activations/hard_tanh.hpp>
#include <weir/activations/identity.hpp>
#include <weir/activations/leaky_relu.hpp>
#include <weir/activations/log_sigmoid.hpp>
#include <weir/activations/mish.hpp>
#include <weir/activations/relu.hpp>
#include <weir/activations/relu6.hpp>
#include <weir/activations/selu.hpp>
#include <weir/activations/sigmoid.hpp>
#include <weir/activations/silu.hpp>
#include <weir/activations/softplus.hpp>
#include <weir/activations/softsign.hpp>
#include <weir/activations/tanh.hpp>
#include <weir/activations/tanh_offset.hpp>
#include <weir/activations/threshold.hpp>
#include <weir/core/config.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// Any activation, and the project's only list of them: both devices, fusion, files, summaries and tests loop over it or std::visit it.
using ActivationFunction = std::variant<Identity, ReLU, LeakyReLU, Sigmoid, Tanh, ReLU6, ELU, SELU, CELU, GELU, GELUTanh, SiLU, Mish,
                                        HardSigmoid, LogSigmoid, TanhOffset, HardTanh, Softplus, Softsign, Threshold, HardSwish>;

namespace detail {
template <class F, class Variant>
struct IsAlternative;
template <class F, class... Fs>
struct IsAlternative<F, std::variant<Fs...>> : std::bool_constant<(std::same_as<F, Fs> || ...)> {};
}  // namespace detail

// Any type of that list, or the variant itself.
template <class F>
concept ActivationFunctor = std::same_as<F, ActivationFunction> || detail::IsAlternative<F, ActivationFunction>::value;

std::string_view name(const ActivationFunction& f);  // "leaky_relu"
Needs needs(const ActivationFunction& f);            // what activate_backward reads: x, y or neither
std::string describe(const ActivationFunction& f);   // "relu", "leaky_relu(0.01)"

// To a Config, {"function": "leaky_relu", "negative_slope": 0.01}, and back. function_from_config throws ConfigError for an unknown
// function, a missing or unknown entry, and a number that validate() refuses.
Config config(const ActivationFunction& f);
ActivationFunction function_from_config(const Config& config);

// Throws ConfigError when a parameter of f is not finite as a float or outside its range (see Parameter::holds).
void validate(const ActivationFunction& f);

// Each activation with its default parameters, in the order of the list.
inline std::array<ActivationFunction, std::variant_size_v<ActivationFunction>> all_activations() {
  return []<std::size_t... I>(std::index_sequence<I...>) { return std::array{ActivationFunction(std::in_place_index<I>)...}; }
  (std::make_index_sequence<std::variant_size_v<ActivationFunction>>{});
}

// The activation called name, with its default parameters. ConfigError for an unknown name; the message lists the known ones.
ActivationFunction activation_by_name(std::string_view name);

}  // namespace weir
