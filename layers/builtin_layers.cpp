#include "layers/builtin_layers.hpp"

#include <array>
#include <cstddef>
#include <mutex>
#include <utility>
#include <weir/activations/activation.hpp>
#include <weir/core/registry.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "layers/elementwise_terms.hpp"

namespace weir {

namespace {

struct Builtin {
  const char* type;
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

constexpr Builtin builtins[] = {
    {"activation",
     [](const Config& config) -> std::unique_ptr<Layer> { return std::make_unique<Activation>(function_from_config(config)); }},
    {"add", plain<Add>},
    {"concat", plain<Concat>},
    {"dense", configured<Dense>},
    {"flatten", plain<Flatten>},
    {"multi_margin", configured<MultiMargin>},
    {"negative_log_likelihood", configured<NegativeLogLikelihood>},
    {"softmax_cross_entropy", configured<SoftmaxCrossEntropy>},
};

template <std::size_t... I>
constexpr auto losses_of(std::index_sequence<I...>) {
  return std::array{Builtin{std::variant_alternative_t<I, ElementwiseTerm>::name.data(),
                            configured<ElementwiseLoss<std::variant_alternative_t<I, ElementwiseTerm>>>}...};
}
constexpr auto elementwise_losses = losses_of(std::make_index_sequence<std::variant_size_v<ElementwiseTerm>>{});

}  // namespace

void register_builtin_layers() {
  static std::mutex mutex;
  static std::size_t done = 0;  // stays where it is when a name is taken
  const std::lock_guard lock(mutex);
  for (; done < std::size(builtins) + elementwise_losses.size(); ++done) {
    const Builtin& next = done < std::size(builtins) ? builtins[done] : elementwise_losses[done - std::size(builtins)];
    register_layer(next.type, next.make);
  }
}

}  // namespace weir
