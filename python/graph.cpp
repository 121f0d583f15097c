#include <pybind11/stl.h>

#include <sstream>
#include <weir/core/error.hpp>
#include <weir/core/graph.hpp>
#include <weir/formats/json.hpp>
#include <weir/layers/residual.hpp>

#include "python/arguments.hpp"
#include "python/bind.hpp"
#include "python/handles.hpp"
#include "python/python_layer.hpp"

namespace py = pybind11;

namespace {

constexpr const char* storages[] = {"compute", "u8", "i32"};  // in the order of the enumerators

weir::Storage storage_from(const std::string& word) {
  for (const weir::Storage storage : {weir::Storage::compute, weir::Storage::u8, weir::Storage::i32}) {
    if (word == storages[static_cast<std::size_t>(storage)]) return storage;
  }
  throw weir::ConfigError("input: storage is '" + word + "', expected 'compute', 'i32' (indices) or 'u8'.");
}

std::vector<std::shared_ptr<const weir::Layer>> layers_from(const py::list& objects, const std::string& who) {
  std::vector<std::shared_ptr<const weir::Layer>> layers;
  for (const py::handle object : objects) layers.push_back(layer_from(object, who));
  return layers;
}

// The storage that an input needs whose first reader is this layer.
std::string input_storage(const py::object& layer, const py::object& shape) {
  const auto first = layer_from(layer, "Sequential");
  const weir::Shape one[] = {to_shape(shape, "Sequential: the input's shape")};
  try {
    const weir::LayerPlan plan = first->infer(one);
    return storages[plan.inputs.empty() ? 0 : static_cast<std::size_t>(plan.inputs[0])];
  } catch (const weir::Error&) {
    return storages[0];  // adding the layer throws this with its name
  }
}

py::list entries_of(const weir::Graph& graph) {
  py::list entries;
  for (const weir::Graph::Entry& entry : graph.entries()) {
    py::list inputs;
    for (const std::size_t input : entry.inputs) inputs.append(graph.entries()[input].name);
    entries.append(py::make_tuple(entry.name, entry.layer ? layer_object(entry.layer) : py::object(py::none()), inputs,
                                  shape_tuple(entry.plan.output), storages[static_cast<std::size_t>(entry.storage)]));
  }
  return entries;
}

py::list names_of(const weir::Graph& graph, const std::vector<std::size_t>& indices) {
  py::list names;
  for (const std::size_t i : indices) names.append(graph.entries()[i].name);
  return names;
}

}  // namespace

std::shared_ptr<const weir::Layer> layer_from(const py::handle& object, const std::string& who) {
  const py::object handle = py::getattr(object, "_handle", py::none());
  if (py::isinstance<LayerHandle>(handle)) return handle.cast<const LayerHandle&>().layer;
  if (const auto own = python_layer(object)) return own;
  if (py::isinstance<LossHandle>(handle) || python_loss(object)) {
    throw py::type_error(who + ": got " + shown(object) + ", a loss, which is no layer of a graph. Give it to fit or evaluate.");
  }
  if (PyType_Check(object.ptr())) {
    throw py::type_error(who + ": got the class " + shown(object) + ", expected a layer. Write parentheses after its name.");
  }
  throw py::type_error(who + ": got " + shown(object) + ", expected a layer, such as weir.Dense(10).");
}

py::object layer_object(const std::shared_ptr<const weir::Layer>& layer) {
  const py::object own = python_object(*layer);
  if (!own.is_none()) return own;
  return py::module_::import("weir._classes").attr("layer_object")(LayerHandle{layer});
}

void bind_graph(py::module_& m) {
  py::class_<weir::Node>(m, "Node", "A node of one graph; returned by Graph.input and Graph.add.")
      .def_property_readonly("index", &weir::Node::index, "Its place in the graph.")
      .def("__repr__", [](const weir::Node& node) { return "<weir.Node " + std::to_string(node.index()) + ">"; });

  py::class_<weir::Graph>(m, "GraphHandle")
      .def(py::init<>())
      .def(py::init<const weir::Graph&>())
      .def("input", [](weir::Graph& graph, const py::object& shape, const std::string& storage,
                       const std::string& name) { return graph.input(to_shape(shape, "input: the shape"), storage_from(storage), name); })
      .def("add", [](weir::Graph& graph, const py::object& layer, std::vector<weir::Node> inputs,
                     const std::string& name) { return graph.add_layer(layer_from(layer, "add"), std::move(inputs), name); })
      .def("add_residual", [](weir::Graph& graph, const py::list& layers,
                              const weir::Node& node) { return weir::Residual(layers_from(layers, "Residual")).append_to(graph, node); })
      .def("output", &weir::Graph::output)
      .def("share_parameters", [](weir::Graph& graph, const weir::Node& node, const weir::Node& earlier,
                                  const std::string& parameter) { graph.share_parameters(node, earlier, parameter); })
      .def("validate", &weir::Graph::validate)
      .def("entries", &entries_of)
      .def("inputs", [](const weir::Graph& graph) { return names_of(graph, graph.inputs()); })
      .def("outputs", [](const weir::Graph& graph) { return names_of(graph, graph.outputs()); })
      .def("shape", [](const weir::Graph& graph, const weir::Node& node) { return shape_tuple(graph.shape(node)); })
      .def("to_json", [](const weir::Graph& graph) { return to_json(graph); })
      .def("__str__", [](const weir::Graph& graph) {
        std::ostringstream out;
        out << graph;
        return out.str();
      });
  m.def("graph_from_json", [](const std::string& json) { return weir::graph_from_json(json); });
  m.def("check_layers", [](const py::list& layers, const std::string& who) { layers_from(layers, who); });
  m.def("input_storage", &input_storage);
}
