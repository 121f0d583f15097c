#include "python/model.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <weir/core/array.hpp>
#include <weir/core/device.hpp>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/weight_average.hpp>

#include "python/arguments.hpp"
#include "python/arrays.hpp"
#include "python/bind.hpp"
#include "python/handles.hpp"
#include "python/metric.hpp"
#include "python/python_layer.hpp"

namespace py = pybind11;

namespace {

constexpr std::int64_t first_batch = 128;  // max_batch of a Model whose user left it open, until a call needs more

weir::ModelOptions with_batch(weir::ModelOptions options) {
  if (options.max_batch == 0) options.max_batch = first_batch;
  return options;
}

}  // namespace

ModelHandle::ModelHandle(weir::Graph graph, weir::ModelOptions options)
    : model_(std::make_unique<weir::Model>(std::move(graph), with_batch(options))), grows_(options.max_batch == 0) {}

ModelHandle::ModelHandle(weir::Model model, bool grows) : model_(std::make_unique<weir::Model>(std::move(model))), grows_(grows) {}

ModelHandle::Use::Use(ModelHandle& handle, const char* what, Need need) : handle_(handle) {
  if (handle.users_ > 0) {
    const std::string in_use = std::string("Model: ") + what + " was called while " + handle.what_ + " is running ";
    if (handle.process_ != getpid()) {
      throw weir::ConfigError(in_use + "in the process of which this one is a fork. Make or load a Model in this process.");
    }
    if (handle.thread_ != std::this_thread::get_id()) {
      throw weir::ConfigError(in_use +
                              "in another thread. Use a Model in one thread at a time; copy.deepcopy(model) makes one for another.");
    }
    if (need != reads && in_python_layer()) throw weir::ConfigError(in_use + "in this thread, by a layer or a loss in Python. Use another Model there.");
    if (need == changes && !handle.ending) throw weir::ConfigError(in_use + "in this thread. Callbacks may read the Model, not change it.");
  }
  if (handle.users_++ > 0) return;
  handle.what_ = what;
  handle.thread_ = std::this_thread::get_id();
  handle.process_ = getpid();
}

ModelHandle::Use::~Use() { --handle_.users_; }

void ModelHandle::make_room(std::int64_t batch) {
  if (!grows_ || batch <= model_->max_batch() || users_ > 1) return;
  weir::ModelOptions options = model_->options();
  options.max_batch = batch;
  auto larger = std::make_unique<weir::Model>(model_->graph(), options);
  weir::copy(model_->parameter_arena(), larger->parameter_arena());
  if (model_->state_arena().elements() > 0) weir::copy(model_->state_arena(), larger->state_arena());
  larger->set_data_info(model_->data_info());
  larger->training_state() = std::move(model_->training_state());
  model_ = std::move(larger);
}

weir::DType dtype_from(const py::handle& object, const std::string& what) {
  const std::string text = PyType_Check(object.ptr()) ? "" : py::str(object).cast<std::string>();
  if (text == "f32" || text == "f64") return text == "f32" ? weir::DType::f32 : weir::DType::f64;
  try {
    const py::dtype dtype = py::dtype::from_args(py::reinterpret_borrow<py::object>(object));
    if (dtype.kind() == 'f' && dtype.itemsize() == 4) return weir::DType::f32;
    if (dtype.kind() == 'f' && dtype.itemsize() == 8) return weir::DType::f64;
  } catch (py::error_already_set&) {
  }
  throw weir::ConfigError(what + " is " + shown(object) + ", expected 'float32' or 'float64'.");
}

weir::Device device_from(const py::handle& object, const std::string& what) {
  const std::string text = py::str(object).cast<std::string>();
  if (text == "cpu") return weir::Device::cpu();
  if (text == "cuda") return weir::Device::cuda();
  if (text == "best") return weir::best_device();
  if (text.starts_with("cuda:") && text.size() > 5 && text.size() < 8 &&
      std::all_of(text.begin() + 5, text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return weir::Device::cuda(std::stoi(text.substr(5)));
  }
  throw weir::ConfigError(what + " is " + shown(object) + ", expected 'cpu', 'cuda', 'cuda:1' or 'best'.");
}

weir::ModelOptions model_options(const py::dict& values, const std::string& who) {
  const Arguments a(who, values);
  weir::ModelOptions options;
  options.device = device_from(a.at("device"), who + ": device");
  options.dtype = dtype_from(a.at("dtype"), who + ": dtype");
  options.max_batch = 0;
  if (a.given("max_batch")) {
    a.get("max_batch", options.max_batch);
    if (options.max_batch < 1) a.refuse("max_batch", "1 or more, or None");
  }
  const py::object seed = a.at("seed");
  if (!PyIndex_Check(seed.ptr()) || PyBool_Check(seed.ptr())) a.refuse("seed", "an integer");
  options.seed = PyLong_AsUnsignedLongLong(py::int_(seed).ptr());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    throw weir::ConfigError(who + ": seed is " + shown(seed) + ", expected an integer from 0 to 2^64 - 1.");
  }
  a.get("fuse", options.fuse);
  a.get("reuse_memory", options.reuse_memory);
  options.precision = static_cast<weir::Precision>(a.word("precision", {"f32", "tf32", "bf16"}));
  return options;
}

namespace {

py::dict options_dict(const ModelHandle& handle, const weir::ModelOptions& options) {
  py::dict values;
  values["device"] = to_string(options.device);
  values["dtype"] = options.dtype == weir::DType::f32 ? "float32" : "float64";
  values["max_batch"] = handle.grows() ? py::object(py::none()) : py::object(py::int_(options.max_batch));
  values["seed"] = options.seed;
  values["fuse"] = options.fuse;
  values["reuse_memory"] = options.reuse_memory;
  values["precision"] = to_string(options.precision);
  return values;
}

py::object predict(ModelHandle& handle, const py::object& x) {
  const ModelHandle::Use use(handle, "predict", ModelHandle::computes);
  std::vector<weir::Tensor> outputs;
  const weir::Dataset data = dataset_for("predict", *use, {}, x, py::none());
  {
    const ReleasedGil release;
    outputs = weir::predict(*use, data);
  }
  if (outputs.size() == 1) return to_numpy(std::move(outputs[0]));
  py::list arrays;
  for (weir::Tensor& output : outputs) arrays.append(to_numpy(std::move(output)));
  return arrays;
}

py::object evaluate(ModelHandle& handle, const py::object& x, const py::object& y, const py::object& loss, const py::object& metrics) {
  const ModelHandle::Use use(handle, "evaluate", ModelHandle::computes);
  const weir::Losses losses = losses_from(loss, "evaluate");
  if (losses.terms().empty()) {
    throw weir::ConfigError("evaluate: no loss is given, and the Model was not trained since it was made. Pass loss=, for example " +
                            std::string("loss=weir.SoftmaxCrossEntropy()."));
  }
  const std::vector<weir::Metric> functions = metrics_from(metrics, "evaluate");
  const weir::Dataset data = dataset_for("evaluate", *use, losses, x, y);
  weir::Evaluation result;
  {
    const ReleasedGil release;
    result = weir::evaluate(*use, data, losses, functions);
  }
  return py::make_tuple(result.loss, result.accuracy, result.samples, metrics_dict(result.metrics));
}

py::list parameter_list(const std::vector<weir::ArenaEntry>& entries) {
  py::list list;
  for (const weir::ArenaEntry& entry : entries) list.append(py::make_tuple(entry.name, shape_tuple(entry.shape), entry.aliases));
  return list;
}

}  // namespace

void bind_model(py::module_& m) {
  py::class_<ModelHandle>(m, "ModelHandle")
      .def(py::init([](const weir::Graph& graph, const py::dict& options) {
        return std::make_unique<ModelHandle>(graph, model_options(options, "Model"));
      }))
      .def("__str__",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "print");
             std::ostringstream out;
             out << *use;
             return out.str();
           })
      .def("graph",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "graph");
             return use->graph();
           })
      .def("options",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "options");
             return options_dict(handle, use->options());
           })
      .def("max_batch",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "max_batch");
             return use->max_batch();
           })
      .def("parameters",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "parameters");
             return parameter_list(use->parameters());
           })
      .def("states",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "states");
             return parameter_list(use->states());
           })
      .def("steps",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "steps");
             return use->training_state().step;
           })
      .def("memory",
           [](ModelHandle& handle) {
             const ModelHandle::Use use(handle, "memory");
             const weir::ModelMemory memory = use->memory();
             py::dict bytes;
             bytes["parameters"] = memory.parameters;
             bytes["gradients"] = memory.gradients;
             bytes["state"] = memory.state;
             bytes["activations"] = memory.activations;
             return bytes;
           })
      .def("predict", &predict)
      .def("evaluate", &evaluate)
      .def("averaged", [](ModelHandle& handle) {
        const ModelHandle::Use use(handle, "averaged_model");
        return std::make_unique<ModelHandle>(weir::averaged_model(*use), handle.grows());
      });
  m.def("best_device", [] { return to_string(weir::best_device()); });
  m.def("cuda_status", &weir::cuda_status);
  m.def("num_threads", &weir::num_threads);
  m.def("set_num_threads", [](const py::object& threads) {
    weir::set_num_threads(static_cast<int>(std::clamp<std::int64_t>(to_integer(threads, "set_num_threads: threads"), -1, 1 << 20)));
  });
}
