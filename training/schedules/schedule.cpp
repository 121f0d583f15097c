#include <weir/training/schedule.hpp>

#include <type_traits>
#include <weir/training/constant_lr.hpp>
#include <weir/training/cosine_annealing_lr.hpp>
#include <weir/training/cosine_annealing_warm_restarts.hpp>
#include <weir/training/exponential_lr.hpp>
#include <weir/training/linear_lr.hpp>
#include <weir/training/linear_warmup.hpp>
#include <weir/training/multi_step_lr.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/polynomial_lr.hpp>
#include <weir/training/reduce_lr_on_plateau.hpp>
#include <weir/training/step_lr.hpp>

#include "core/options.hpp"
#include "core/registry.hpp"

namespace weir {

std::string Schedule::describe() const { return weir::describe(type(), config()); }

namespace {

template <class S>
using OptionsOf = std::remove_cvref_t<decltype(std::declval<const S&>().options())>;

template <class S>
AnySchedule make(const Config& config) {
  return S(options_from<OptionsOf<S>>(config));
}

template <>
AnySchedule make<LinearWarmup>(const Config& config) {
  AnySchedule then;
  if (config.contains("then")) then = make_schedule(config.child("then").type, config.child("then").config);
  return LinearWarmup(options_from<LinearWarmupOptions>(config, {"then"}), then);
}

template <class... S>
Registry<AnySchedule>::Factories factories_of() {
  return {{std::string(OptionsOf<S>::name), make<S>}...};
}

// The list of weir's schedules.
Registry<AnySchedule>& schedule_registry() {
  static auto& instance = *new Registry<AnySchedule>(
      "schedule", factories_of<ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LinearLR, LinearWarmup,
                               MultiStepLR, OneCycleLR, PolynomialLR, ReduceLROnPlateau, StepLR>());
  return instance;
}

}  // namespace

void register_schedule(std::string type, ScheduleFactory factory) { schedule_registry().add(std::move(type), std::move(factory)); }

AnySchedule make_schedule(const std::string& type, const Config& config) { return schedule_registry().make(type, config); }

}  // namespace weir
