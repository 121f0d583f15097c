#include <type_traits>
#include <utility>
#include <weir/activations/activation.hpp>
#include <weir/activations/function.hpp>
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
#include <weir/layers/multiply.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>

#include "python/bind.hpp"
#include "python/classes.hpp"
#include "python/config.hpp"
#include "python/handles.hpp"

namespace py = pybind11;

namespace {

// Adds the class of a layer L: its parameters, and how it is made of them.
template <class L, class Make>
void add_layer(py::module_& m, const std::string& type, const Parameters& parameters, Make make) {
  add_class(m, "layer", class_name<L>(), type, parameters,
            [make](const Arguments& a) { return LayerHandle{std::make_shared<const L>(make(a))}; });
}

template <class L>
void add_plain(py::module_& m) {
  add_layer<L>(m, L().type(), {}, [](const Arguments&) { return L(); });
}

// An activation as a layer, with the numbers in F::parameters.
template <class F>
void add_activation(py::module_& m) {
  Parameters parameters;
  if constexpr (requires { F::parameters; }) {
    for (const auto& parameter : F::parameters) parameters.emplace_back(std::string(parameter.name), F().*parameter.member);
  }
  add_class(m, "layer", class_name<F>(), std::string(F::name), parameters, [](const Arguments& a) {
    F f;
    if constexpr (requires { F::parameters; }) {
      for (const auto& parameter : F::parameters) a.get(parameter.name, f.*parameter.member);
    }
    return LayerHandle{std::make_shared<const weir::Activation>(f)};
  });
}

template <class... F>
void add_activations(py::module_& m, std::type_identity<std::variant<F...>>) {
  (add_activation<F>(m), ...);
}

template <class Options>
Options row_norm_options(const Arguments& a) {
  return {.eps = a.as<double>("eps"), .elementwise_affine = a.as<bool>("elementwise_affine")};
}

template <class L, class Options>
void add_row_norm(py::module_& m) {
  const Options o;
  add_layer<L>(m, L().type(), {{"eps", o.eps}, {"elementwise_affine", o.elementwise_affine}},
               [](const Arguments& a) { return L(row_norm_options<Options>(a)); });
}

void add_layers(py::module_& m) {
  const weir::DenseOptions dense;
  add_layer<weir::Dense>(
      m, "dense",
      {{"out"}, {"bias", dense.bias}, {"weight", py::none()}, {"bias_initializer", py::none()}, {"relu_drops_nan", dense.relu_drops_nan}},
      [](const Arguments& a) {
        return weir::Dense(a.as<std::int64_t>("out"), {.bias = a.as<bool>("bias"),
                                                       .weight = a.as<std::optional<weir::Initializer>>("weight"),
                                                       .bias_initializer = a.as<std::optional<weir::Initializer>>("bias_initializer"),
                                                       .relu_drops_nan = a.as<bool>("relu_drops_nan")});
      });
  const weir::BatchNormOptions norm;
  add_layer<weir::BatchNorm>(
      m, "batch_norm", {{"eps", norm.eps}, {"momentum", norm.momentum}, {"affine", norm.affine}}, [](const Arguments& a) {
        return weir::BatchNorm({.eps = a.as<double>("eps"), .momentum = a.as<double>("momentum"), .affine = a.as<bool>("affine")});
      });
  add_row_norm<weir::LayerNorm, weir::LayerNormOptions>(m);
  add_row_norm<weir::RMSNorm, weir::RMSNormOptions>(m);
  add_layer<weir::Dropout>(m, "dropout", {{"p", weir::Dropout().config().number("p")}},
                           [](const Arguments& a) { return weir::Dropout(a.as<double>("p")); });
  add_layer<weir::Embedding>(m, "embedding", {{"num"}, {"dim"}},
                             [](const Arguments& a) { return weir::Embedding(a.as<std::int64_t>("num"), a.as<std::int64_t>("dim")); });
  const weir::Config prelu = weir::PReLU().config();
  add_layer<weir::PReLU>(m, "prelu", {{"num_parameters", prelu.integer("num_parameters")}, {"init", prelu.number("init")}},
                         [](const Arguments& a) { return weir::PReLU(a.as<std::int64_t>("num_parameters"), a.as<double>("init")); });
  add_layer<weir::Reshape>(m, "reshape", {{"shape"}}, [](const Arguments& a) { return weir::Reshape(a.as<weir::Shape>("shape")); });
  add_plain<weir::Flatten>(m);
  add_plain<weir::Softmax>(m);
  add_plain<weir::LogSoftmax>(m);
  add_plain<weir::Add>(m);
  add_plain<weir::Multiply>(m);
  add_plain<weir::Concat>(m);
}

constexpr const char* fans[] = {"in", "out"};

// The static function of Initializer that made this, and its arguments.
std::pair<std::string, py::tuple> recipe(const weir::Initializer& i) {
  using Kind = weir::Initializer::Kind;
  const std::string text = i.describe(), name = text.substr(0, text.find('('));
  const char* fan = fans[i.b() == 1];
  switch (i.kind()) {
    case Kind::uniform:
    case Kind::normal:
    case Kind::truncated_normal:
      return {name, py::make_tuple(i.a(), i.b())};
    case Kind::he_uniform:
    case Kind::he_normal:
      return {name, py::make_tuple(i.a(), fan)};
    case Kind::lecun_uniform:
    case Kind::lecun_normal:
      return {name, py::make_tuple(fan)};
    case Kind::constant:
      return {"constant", py::make_tuple(i.a())};
    default:
      return {name, py::make_tuple(i.a())};
  }
}

weir::Fan fan_from(const std::string& word) {
  if (word == fans[0]) return weir::Fan::in;
  if (word == fans[1]) return weir::Fan::out;
  throw py::value_error("Initializer: fan is '" + word + "', expected 'in' or 'out'.");
}

void bind_initializer(py::module_& m) {
  using I = weir::Initializer;
  using py::arg;
  const auto with_fan = [](I (*make)(double, weir::Fan)) {
    return [make](double negative_slope, const std::string& fan) { return make(negative_slope, fan_from(fan)); };
  };
  const auto lecun = [](I (*make)(weir::Fan)) { return [make](const std::string& fan) { return make(fan_from(fan)); }; };
  py::class_<I>(m, "Initializer",
                "How a parameter is filled when a Model is made: weir.Dense(128, weight=weir.Initializer.he_normal()). PyTorch calls he_* "
                "kaiming_* and glorot_* xavier_*. fan is \"in\" or \"out\".")
      .def_static("zeros", &I::zeros)
      .def_static("constant", &I::constant, arg("value"))
      .def_static("uniform", &I::uniform, arg("low"), arg("high"), "U(low, high).")
      .def_static("normal", &I::normal, arg("mean"), arg("deviation"), "N(mean, deviation^2).")
      .def_static("truncated_normal", &I::truncated_normal, arg("mean"), arg("deviation"),
                  "N(mean, deviation^2), redrawn if farther than 2 deviations from mean.")
      .def_static("he_uniform", with_fan(&I::he_uniform), arg("negative_slope") = 0.0, arg("fan") = "in",
                  "U(-b, b), b = sqrt(6 / ((1 + a^2) fan)); He et al. 2015.")
      .def_static("he_normal", with_fan(&I::he_normal), arg("negative_slope") = 0.0, arg("fan") = "in", "N(0, 2 / ((1 + a^2) fan)).")
      .def_static("glorot_uniform", &I::glorot_uniform, arg("gain") = 1.0,
                  "U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)); Glorot, Bengio 2010.")
      .def_static("glorot_normal", &I::glorot_normal, arg("gain") = 1.0, "N(0, gain^2 2 / (fan_in + fan_out)).")
      .def_static("lecun_uniform", lecun(&I::lecun_uniform), arg("fan") = "in", "U(-b, b), b = sqrt(3 / fan); LeCun et al. 1998.")
      .def_static("lecun_normal", lecun(&I::lecun_normal), arg("fan") = "in", "N(0, 1 / fan).")
      .def_static("orthogonal", &I::orthogonal, arg("gain") = 1.0, "gain times a random matrix with orthonormal rows or columns.")
      .def("__repr__", [](const I& i) { return "Initializer." + i.describe(); })
      .def("__eq__", [](const I& a, const py::object& b) { return py::isinstance<I>(b) && a == b.cast<const I&>(); })
      .def("__hash__", [](const I& i) { return py::hash(py::str(i.describe())); })
      .def("__reduce__", [](const py::object& self) {
        const auto [name, arguments] = recipe(self.cast<const I&>());
        return py::make_tuple(py::module_::import("weir._base").attr("initializer"), py::make_tuple(name) + arguments);
      });
}

}  // namespace

void bind_layers(py::module_& m) {
  bind_initializer(m);
  py::class_<LayerHandle>(m, "LayerHandle")
      .def_property_readonly("type",
                             [](const LayerHandle& h) {
                               if (h.layer->type() != "activation") return h.layer->type();
                               const weir::Config config = h.layer->config();
                               return config.word("function");
                             })
      .def("describe", [](const LayerHandle& h) { return h.layer->describe(); })
      .def("config", [](const LayerHandle& h) { return config_dict(h.layer->config()); });
  add_layers(m);
  add_activations(m, std::type_identity<weir::ActivationFunction>());
  m.def("registered_layers", &weir::registered_layers);
}
