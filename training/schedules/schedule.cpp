#include <weir/training/schedule.hpp>

#include <type_traits>
#include <weir/training/schedules.hpp>

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
Registry<AnySchedule>::Factories factories_of(std::type_identity<std::tuple<S...>>) {
  return {{std::string(OptionsOf<S>::name), make<S>}...};
}

Registry<AnySchedule>& schedule_registry() {
  static auto& instance = *new Registry<AnySchedule>("schedule", factories_of(std::type_identity<Schedules>()));
  return instance;
}

}  // namespace

void register_schedule(std::string type, ScheduleFactory factory) { schedule_registry().add(std::move(type), std::move(factory)); }

AnySchedule make_schedule(const std::string& type, const Config& config) { return schedule_registry().make(type, config); }

std::vector<std::string> registered_schedules() { return schedule_registry().types(); }

}  // namespace weir
