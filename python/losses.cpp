#include <weir/core/error.hpp>
#include <weir/layers/binary_cross_entropy.hpp>
#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/layers/hinge.hpp>
#include <weir/layers/huber.hpp>
#include <weir/layers/kl_divergence.hpp>
#include <weir/layers/mean_absolute_error.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/poisson.hpp>
#include <weir/layers/smooth_l1.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "python/bind.hpp"
#include "python/classes.hpp"
#include "python/config.hpp"
#include "python/handles.hpp"
#include "python/python_layer.hpp"

namespace py = pybind11;

namespace {

// Adds the class of a loss L: its parameters besides the reduction, and how its options are made of them.
template <class L, class Make>
void add_loss(py::module_& m, const std::string& name, Parameters parameters, Make make) {
  parameters.push_back({"reduction", "mean"});
  add_class(m, "loss", name, L().type(), parameters, [make](const Arguments& a) {
    auto options = make(a);
    a.get("reduction", options.reduction);
    return LossHandle{std::make_shared<const L>(std::move(options))};
  });
}

// A loss whose options are those of its term.
template <class F>
void add_elementwise(py::module_& m, const std::string& name) {
  add_loss<weir::ElementwiseLoss<F>>(m, name, parameters_of<F>(), options_of<F>);
}

std::optional<std::int32_t> ignore_index(const Arguments& a) {
  if (!a.given("ignore_index")) return {};
  const auto label = a.as<std::int64_t>("ignore_index");
  if (label != static_cast<std::int32_t>(label)) a.refuse("ignore_index", "an integer of 32 bits");
  return static_cast<std::int32_t>(label);
}

void add_losses(py::module_& m) {
  using weir::MultiMarginOptions;
  using weir::NegativeLogLikelihoodOptions;
  using weir::SoftmaxCrossEntropyOptions;
  add_loss<weir::SoftmaxCrossEntropy>(
      m, "SoftmaxCrossEntropy",
      {{"label_smoothing", SoftmaxCrossEntropyOptions().label_smoothing}, {"weight", py::none()}, {"ignore_index", py::none()}},
      [](const Arguments& a) {
        return SoftmaxCrossEntropyOptions{.label_smoothing = a.as<double>("label_smoothing"),
                                          .weight = a.as<std::vector<double>>("weight"),
                                          .ignore_index = ignore_index(a)};
      });
  add_loss<weir::NegativeLogLikelihood>(
      m, "NegativeLogLikelihood", {{"weight", py::none()}, {"ignore_index", py::none()}}, [](const Arguments& a) {
        return NegativeLogLikelihoodOptions{.weight = a.as<std::vector<double>>("weight"), .ignore_index = ignore_index(a)};
      });
  add_loss<weir::MultiMargin>(m, "MultiMargin",
                              {{"p", MultiMarginOptions().p}, {"margin", MultiMarginOptions().margin}, {"weight", py::none()}},
                              [](const Arguments& a) {
                                const auto p = a.as<std::int64_t>("p");
                                return MultiMarginOptions{.p = p == 1 || p == 2 ? static_cast<int>(p) : 0,
                                                          .margin = a.as<double>("margin"),
                                                          .weight = a.as<std::vector<double>>("weight")};
                              });
  add_loss<weir::BinaryCrossEntropyWithLogits>(
      m, "BinaryCrossEntropyWithLogits", {{"pos_weight", weir::LogitTerm().pos_weight}},
      [](const Arguments& a) { return weir::BinaryCrossEntropyWithLogitsOptions{.pos_weight = a.as<std::vector<double>>("pos_weight")}; });
  add_elementwise<weir::BinaryCrossEntropyTerm>(m, "BinaryCrossEntropy");
  add_elementwise<weir::SquaredTerm>(m, "MeanSquaredError");
  add_elementwise<weir::AbsoluteTerm>(m, "MeanAbsoluteError");
  add_elementwise<weir::HuberTerm>(m, "Huber");
  add_elementwise<weir::SmoothL1Term>(m, "SmoothL1");
  add_elementwise<weir::HingeTerm>(m, "Hinge");
  add_elementwise<weir::KLDivergenceTerm>(m, "KLDivergence");
  add_elementwise<weir::PoissonTerm>(m, "PoissonNegativeLogLikelihood");
}

weir::LossTerm term_from(const py::handle& object, const std::string& who) {
  weir::LossTerm term{weir::MeanSquaredError()};
  if (py::isinstance<py::tuple>(object)) {
    const auto pair = py::reinterpret_borrow<py::tuple>(object);
    if (pair.size() != 2) throw py::type_error(who + ": loss is " + shown(object) + ", expected a loss, or a pair (loss, weight).");
    term.loss = loss_from(pair[0], who);
    term.weight = to_number(pair[1], who + ": the weight of a loss");
  } else {
    term.loss = loss_from(object, who);
  }
  return term;
}

}  // namespace

std::shared_ptr<const weir::Loss> loss_from(const py::handle& object, const std::string& who) {
  const py::object handle = py::getattr(object, "_handle", py::none());
  if (py::isinstance<LossHandle>(handle)) return handle.cast<const LossHandle&>().loss;
  if (const auto own = python_loss(object)) return own;
  throw py::type_error(who + ": loss is " + shown(object) + ", expected a loss, such as weir.SoftmaxCrossEntropy().");
}

weir::Losses losses_from(const py::handle& object, const std::string& who) {
  if (object.is_none()) return {};
  std::vector<weir::LossTerm> terms;
  if (py::isinstance<py::list>(object)) {
    for (const py::handle item : py::reinterpret_borrow<py::list>(object)) terms.push_back(term_from(item, who));
  } else {
    terms.push_back(term_from(object, who));
  }
  return weir::Losses(std::move(terms));
}

void bind_losses(py::module_& m) {
  py::class_<LossHandle>(m, "LossHandle")
      .def("describe", [](const LossHandle& h) { return h.loss->describe(); })
      .def("config", [](const LossHandle& h) { return config_dict(h.loss->config()); });
  add_losses(m);
}
