#include <weir/training/optimizer.hpp>

#include <type_traits>
#include <weir/training/rule_optimizer.hpp>

#include "core/options.hpp"
#include "core/registry.hpp"
#include "training/optimizers/rules.hpp"

namespace weir {

std::string Optimizer::describe() const { return weir::describe(type(), config()); }

std::shared_ptr<const Optimizer> Optimizer::with_weight_decay(double) const { return nullptr; }

double Optimizer::safe_magnitude(DType) const { return 0; }

template <class Options>
RuleOptimizer<Options>::RuleOptimizer(Options options) : options_(options) {
  check_options(options_);
}

template <class Options>
std::string RuleOptimizer<Options>::type() const {
  return std::string(Options::name);
}

template <class Options>
Config RuleOptimizer<Options>::config() const {
  return config_of(options_);
}

template <class Options>
std::vector<std::string> RuleOptimizer<Options>::moments() const {
  return with_rule(options_, [](auto rule) {
    constexpr auto names = decltype(rule)::template For<double>::moments;
    return std::vector<std::string>(names.begin(), names.end());
  });
}

template <class Options>
void RuleOptimizer<Options>::update(const Context& context, const UpdateArgs& args) const {
  on_device::update_parameters(context, options_, args);
}

template <class Options>
std::shared_ptr<const Optimizer> RuleOptimizer<Options>::with_weight_decay(double weight_decay) const {
  Options options = options_;
  options.weight_decay = weight_decay;
  return std::make_shared<const RuleOptimizer>(options);
}

template <class Options>
double RuleOptimizer<Options>::safe_magnitude(DType dtype) const {
  return weir::safe_magnitude(options_, dtype);
}

// One for each entry of the list in rules.hpp; the linker reports a missing one.
template class RuleOptimizer<SGDOptions>;
template class RuleOptimizer<AdamOptions>;
template class RuleOptimizer<AdamWOptions>;
template class RuleOptimizer<NAdamOptions>;
template class RuleOptimizer<RAdamOptions>;
template class RuleOptimizer<RMSpropOptions>;
template class RuleOptimizer<AdagradOptions>;
template class RuleOptimizer<AdadeltaOptions>;
template class RuleOptimizer<LionOptions>;

namespace {

template <class... Options>
Registry<AnyOptimizer>::Factories own(std::type_identity<std::variant<Options...>>) {
  return {{std::string(Options::name),
           [](const Config& config) -> AnyOptimizer { return RuleOptimizer<Options>(options_from<Options>(config)); }}...};
}

Registry<AnyOptimizer>& optimizer_registry() {
  static auto& instance = *new Registry<AnyOptimizer>("optimizer", own(std::type_identity<OptimizerOptions>()));
  return instance;
}

}  // namespace

void register_optimizer(std::string type, OptimizerFactory factory) { optimizer_registry().add(std::move(type), std::move(factory)); }

AnyOptimizer make_optimizer(const std::string& type, const Config& config) { return optimizer_registry().make(type, config); }

std::vector<std::string> registered_optimizers() { return optimizer_registry().types(); }

}  // namespace weir
