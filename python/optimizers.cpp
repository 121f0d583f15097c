#include <type_traits>
#include <variant>
#include <weir/core/array.hpp>
#include <weir/training/gradient_clip.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/optimizers.hpp>
#include <weir/training/parameter_group.hpp>
#include <weir/training/schedule.hpp>
#include <weir/training/schedules.hpp>
#include <weir/training/weight_average.hpp>

#include "python/bind.hpp"
#include "python/classes.hpp"
#include "python/config.hpp"
#include "python/python_function.hpp"

namespace py = pybind11;

namespace {

template <class... Options>
void add_optimizers(py::module_& m, std::type_identity<std::variant<Options...>>) {
  (add_class(m, "optimizer", class_name<Options>(), std::string(Options::name), parameters_of<Options>(),
             [](const Arguments& a) { return weir::AnyOptimizer(weir::RuleOptimizer<Options>(options_of<Options>(a))); }),
   ...);
}

weir::AnySchedule schedule_from(const Arguments& a, const char* name) {
  if (!a.given(name)) return {};
  const py::object handle = py::getattr(a.at(name), "_handle", py::none());
  if (!py::isinstance<weir::AnySchedule>(handle)) a.refuse(name, "a schedule, such as weir.StepLR(), or None");
  return handle.cast<weir::AnySchedule>();
}

template <class Schedule>
void add_schedule(py::module_& m) {
  using Options = std::remove_cvref_t<decltype(std::declval<const Schedule&>().options())>;
  Parameters parameters = parameters_of<Options>();
  constexpr bool warms_up = std::is_same_v<Schedule, weir::LinearWarmup>;
  if constexpr (warms_up) parameters.emplace_back("then", py::none());
  add_class(m, "schedule", class_name<Options>(), std::string(Options::name), parameters, [](const Arguments& a) {
    if constexpr (warms_up) {
      return weir::AnySchedule(Schedule(options_of<Options>(a), schedule_from(a, "then")));
    } else {
      return weir::AnySchedule(Schedule(options_of<Options>(a)));
    }
  });
}

template <class... S>
void add_schedules(py::module_& m, std::type_identity<std::tuple<S...>>) {
  (add_schedule<S>(m), ...);
}

weir::ParameterGroup group_from(const Arguments& a) {
  weir::ParameterGroup group;
  a.get("names", group.names);
  a.get("lr", group.lr);
  a.get("weight_decay", group.weight_decay);
  a.get("frozen", group.frozen);
  a.get("l1", group.l1);
  a.get("l2", group.l2);
  a.get("max_norm", group.max_norm);
  if (a.given("when")) {
    group.when = [when = PythonFunction(a.at("when"), a.who() + ": when")](const weir::ArenaEntry& entry) {
      const py::gil_scoped_acquire gil;
      return PyObject_IsTrue(when(entry.name, shape_tuple(entry.shape)).ptr()) == 1;
    };
  }
  return group;
}

weir::GradientClip clip_from(const Arguments& a) {
  weir::GradientClip clip;
  a.get("value", clip.value);
  a.get("norm", clip.norm);
  a.get("global_norm", clip.global_norm);
  return clip;
}

}  // namespace

void bind_optimizers(py::module_& m) {
  py::class_<weir::AnyOptimizer>(m, "OptimizerHandle")
      .def("describe", [](const weir::AnyOptimizer& o) { return o->describe(); })
      .def("config", [](const weir::AnyOptimizer& o) { return config_dict(o->config()); });
  add_optimizers(m, std::type_identity<weir::OptimizerOptions>());

  py::class_<weir::AnySchedule>(m, "ScheduleHandle")
      .def("describe", [](const weir::AnySchedule& s) { return s->describe(); })
      .def("config", [](const weir::AnySchedule& s) { return config_dict(s->config()); })
      .def("rate", [](const weir::AnySchedule& s, double lr, std::uint64_t time) {
        const std::vector<double> memory = s->memory();
        return s->rate(lr, time, memory);
      });
  add_schedules(m, std::type_identity<weir::Schedules>());

  py::class_<weir::ParameterGroup>(m, "ParameterGroupHandle");
  const weir::ParameterGroup group;
  add_class(m, "options", "ParameterGroup", "",
            {{"names", group.names},
             {"when", py::none()},
             {"lr", py::none()},
             {"weight_decay", py::none()},
             {"frozen", group.frozen},
             {"l1", group.l1},
             {"l2", group.l2},
             {"max_norm", group.max_norm}},
            group_from);

  py::class_<weir::GradientClip>(m, "GradientClipHandle");
  const weir::GradientClip clip;
  add_class(m, "options", "GradientClip", "", {{"value", clip.value}, {"norm", clip.norm}, {"global_norm", clip.global_norm}}, clip_from);

  py::class_<weir::WeightAverage>(m, "WeightAverageHandle");
  add_class(m, "options", "WeightAverage", "", parameters_of<weir::WeightAverage>(), options_of<weir::WeightAverage>);

  m.def("registered_optimizers", &weir::registered_optimizers);
  m.def("registered_schedules", &weir::registered_schedules);
}
