#include "python/python_layer.hpp"

#include <cstring>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/registry.hpp>

#include "python/arguments.hpp"
#include "python/arrays.hpp"
#include "python/bind.hpp"
#include "python/config.hpp"
#include "python/handles.hpp"
#include "python/python_function.hpp"

namespace py = pybind11;

namespace {

thread_local int layer_calls = 0;

// A call of a layer's or loss' method, which holds Python's lock.
struct LayerCall {
  LayerCall() { ++layer_calls; }
  ~LayerCall() { --layer_calls; }
  py::gil_scoped_acquire gil;
};

std::string class_of(const py::object& object) { return py::type::handle_of(object).attr("__name__").cast<std::string>(); }

// Copies what a method returned into a block of the Model; ShapeError unless the shape is the block's.
void store(const std::string& who, const py::object& result, const weir::TensorView& y) {
  const py::module_ numpy = py::module_::import("numpy");
  py::array array = result.is_none() ? py::array() : py::array(numpy.attr("asarray")(result));
  if (result.is_none() || std::string("fiub").find(array.dtype().kind()) == std::string::npos) {
    throw py::type_error(who + " returned " + (result.is_none() ? "None" : "an array of " + dtype_text(array)) +
                         ", expected an array of numbers.");
  }
  array = numpy.attr("asarray")(array, numpy_dtype(y.dtype()), py::arg("order") = "C");
  if (shape_of(array) != y.shape()) {
    throw weir::ShapeError(who + " returned an array of shape " + to_string(shape_of(array)) + ", expected " + to_string(y.shape()) + ".");
  }
  if (array.nbytes() > 0) std::memcpy(y.raw(), array.data(), static_cast<std::size_t>(array.nbytes()));
}

py::tuple arrays_of(std::span<const weir::ConstTensorView> views) {
  py::tuple arrays(views.size());
  for (std::size_t i = 0; i < views.size(); ++i) arrays[i] = to_numpy(views[i]);
  return arrays;
}

// One input as it is, several as a tuple.
py::object inputs_of(const weir::LayerArgs& args) {
  py::tuple x = arrays_of(args.x);
  return x.size() == 1 ? py::object(x[0]) : x;
}

// What Layer and Loss of Python have in common. Base is weir::Layer or weir::Loss.
template <class Base>
class Held : public Base {
 public:
  explicit Held(PythonObject object) : object_(std::move(object)), type_(class_of(*object_)) {}

  std::string type() const override { return type_; }
  std::string describe() const override {
    const py::gil_scoped_acquire gil;
    return py::repr(*object_).template cast<std::string>();
  }
  weir::Config config() const override {
    const py::gil_scoped_acquire gil;
    return config_from(object_->attr("config")().template cast<py::dict>(), type_);
  }
  const py::object& object() const { return *object_; }

 protected:
  PythonObject object_;
  std::string type_;
};

class PythonLayer final : public Held<weir::Layer> {
 public:
  using Held::Held;

  weir::LayerPlan infer(std::span<const weir::Shape> inputs) const override {
    const py::gil_scoped_acquire gil;
    py::tuple shapes(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) shapes[i] = shape_tuple(inputs[i]);
    weir::LayerPlan plan;
    plan.output = to_shape(object_->attr("output_shape")(*shapes), type_ + ": the output_shape");
    const py::object parameters = object_->attr("parameters")(*shapes);
    if (!py::isinstance<py::dict>(parameters))
      throw py::type_error(type_ + ": parameters() returned " + shown(parameters) + ", expected a dict.");
    for (const auto& [key, value] : parameters.cast<py::dict>()) {
      const std::string name = py::str(key).cast<std::string>();
      const std::string what = type_ + ": the parameter " + name;
      const auto pair = py::isinstance<py::tuple>(value) ? value.cast<py::tuple>() : py::tuple();
      if (pair.size() != 2 || !py::isinstance<weir::Initializer>(pair[1])) {
        throw py::type_error(what + " is " + shown(value) + ", expected a tuple of its shape and a weir.Initializer.");
      }
      plan.parameters.push_back({name, to_shape(pair[0], what), pair[1].cast<weir::Initializer>()});
    }
    return plan;
  }

  void forward(const weir::Context&, const weir::LayerArgs& args) const override {
    const LayerCall call;
    store(type_ + ": forward", object_->attr("forward")(inputs_of(args), parameters_of(args)), args.y);
  }

  void backward(const weir::Context&, const weir::LayerArgs& args) const override {
    const LayerCall call;
    const std::string who = type_ + ": backward";
    py::object dx = object_->attr("backward")(inputs_of(args), to_numpy(args.y), to_numpy(args.dy), parameters_of(args));
    const std::vector<weir::ParameterSpec> specs = specs_of(args);
    if (!specs.empty()) {
      const auto pair = py::isinstance<py::tuple>(dx) ? dx.cast<py::tuple>() : py::tuple();
      if (pair.size() != 2 || !py::isinstance<py::dict>(pair[1])) {
        throw py::type_error(who + " returned " + shown(dx) + ", expected dx and a dict with the gradient of each parameter.");
      }
      const auto gradients = pair[1].cast<py::dict>();
      for (std::size_t i = 0; i < args.dparameters.size(); ++i) {
        const py::str name(specs[i].name);
        if (!gradients.contains(name)) throw weir::ConfigError(who + " returned no gradient of the parameter " + specs[i].name + ".");
        if (!args.dparameters[i].empty()) store(who + ", " + specs[i].name, gradients[name], args.dparameters[i]);
      }
      dx = pair[0];
    }
    const bool single = args.dx.size() == 1;
    for (std::size_t i = 0; i < args.dx.size(); ++i) {
      if (args.dx[i].empty()) continue;
      if (!single && (!py::isinstance<py::tuple>(dx) || py::len(dx) != args.dx.size())) {
        throw py::type_error(who + ": dx is " + shown(dx) + ", expected a tuple with one array for each input.");
      }
      store(who, single ? dx : py::object(dx.cast<py::tuple>()[i]), args.dx[i]);
    }
  }

 private:
  std::vector<weir::ParameterSpec> specs_of(const weir::LayerArgs& args) const {
    if (args.parameters.empty()) return {};
    std::vector<weir::Shape> shapes;
    for (const weir::ConstTensorView& x : args.x) shapes.push_back(x.shape().without_front());
    std::vector<weir::ParameterSpec> specs = infer(shapes).parameters;
    if (specs.size() != args.parameters.size()) {
      throw weir::ConfigError(type_ + ": parameters() returned " + std::to_string(specs.size()) + " parameters, and " +
                              std::to_string(args.parameters.size()) + " when the Model was made. Return the same ones each time.");
    }
    return specs;
  }

  py::dict parameters_of(const weir::LayerArgs& args) const {
    py::dict parameters;
    const std::vector<weir::ParameterSpec> specs = specs_of(args);
    for (std::size_t i = 0; i < specs.size(); ++i) parameters[py::str(specs[i].name)] = to_numpy(args.parameters[i]);
    return parameters;
  }
};

class PythonLoss final : public Held<weir::Loss> {
 public:
  explicit PythonLoss(PythonObject object) : Held(std::move(object)), labels_(object_->attr("labels").cast<bool>()) {}

  weir::LayerPlan infer(std::span<const weir::Shape> inputs) const override {
    if (inputs.size() != 2) throw weir::ShapeError("got " + std::to_string(inputs.size()) + " inputs, expected an output and its target.");
    weir::LayerPlan plan;
    plan.inputs = {weir::Storage::compute, labels_ ? weir::Storage::i32 : weir::Storage::compute};
    return plan;
  }

  void forward(const weir::Context&, const weir::LayerArgs& args) const override {
    const LayerCall call;
    store(type_ + ": forward", object_->attr("forward")(to_numpy(args.x[0]), to_numpy(args.x[1])), args.y);
  }

  void backward(const weir::Context&, const weir::LayerArgs& args) const override {
    const LayerCall call;
    if (!args.dx[1].empty())
      throw weir::ConfigError(type_ + ": a gradient of the targets is wanted, which a loss in Python does not have.");
    if (args.dx[0].empty()) return;
    const py::object gradient = object_->attr("backward")(to_numpy(args.x[0]), to_numpy(args.x[1]));
    store(type_ + ": backward", gradient, args.dx[0]);
    const auto scale = [&]<class T>(T) {
      const std::span<const T> dy = args.dy.values<T>();
      const std::span<T> dx = args.dx[0].values<T>();
      const std::size_t width = dy.empty() ? 0 : dx.size() / dy.size();
      for (std::size_t i = 0; i < dx.size(); ++i) dx[i] *= dy[i / width];
    };
    args.dy.dtype() == weir::DType::f32 ? scale(float()) : scale(double());
  }

 private:
  bool labels_;
};

bool is_a(const py::handle& object, const char* name) {
  return py::isinstance(object, py::module_::import("weir").attr(name)) && !py::hasattr(object, "_handle");
}

}  // namespace

bool in_python_layer() { return layer_calls > 0; }

std::shared_ptr<const weir::Layer> python_layer(const py::handle& object) {
  if (!is_a(object, "Layer")) return nullptr;
  return std::make_shared<const PythonLayer>(PythonObject(py::reinterpret_borrow<py::object>(object)));
}

std::shared_ptr<const weir::Loss> python_loss(const py::handle& object) {
  if (!is_a(object, "Loss")) return nullptr;
  return std::make_shared<const PythonLoss>(PythonObject(py::reinterpret_borrow<py::object>(object)));
}

py::object python_object(const weir::Layer& layer) {
  const auto* held = dynamic_cast<const PythonLayer*>(&layer);
  return held ? held->object() : py::object(py::none());
}

void bind_python_layers(py::module_& m) {
  m.def("register_layer", [](const py::type& cls) {
    const PythonObject kept(cls);
    weir::register_layer(cls.attr("__name__").cast<std::string>(), [kept](const weir::Config& config) -> std::unique_ptr<weir::Layer> {
      const py::gil_scoped_acquire gil;
      return std::make_unique<PythonLayer>(PythonObject((*kept)(**config_dict(config))));
    });
  });
}
