#include <pybind11/stl.h>

#include <limits>
#include <optional>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/data/dataset.hpp>
#include <weir/data/mnist.hpp>

#include "python/arguments.hpp"
#include "python/arrays.hpp"
#include "python/bind.hpp"
#include "python/gil.hpp"
#include "python/model.hpp"
#include "python/python_function.hpp"

namespace py = pybind11;

namespace {

// What a field is for: numbers of this dtype, integers, or unknown.
struct Purpose {
  std::optional<weir::Storage> storage;
  weir::DType compute = weir::DType::f32;
};

// The dtype in which weir takes an array.
py::dtype taken_dtype(const py::array& array, const Purpose& purpose, const std::string& what) {
  const char kind = array.dtype().kind();
  const py::ssize_t size = array.itemsize();
  const bool whole = kind == 'i' || kind == 'u';
  if (kind == 'f') return numpy_dtype(size <= 4 ? weir::DType::f32 : weir::DType::f64);
  if (kind == 'u' && size == 1) return numpy_dtype(weir::DType::u8);
  if ((whole || kind == 'b') && purpose.storage == weir::Storage::compute) return numpy_dtype(purpose.compute);
  if (kind == 'b') return numpy_dtype(weir::DType::u8);
  if (whole) return numpy_dtype(size < 4 || (kind == 'i' && size == 4) ? weir::DType::i32 : weir::DType::i64);
  throw py::type_error(what + " is an array of " + dtype_text(array) + ", expected numbers. Convert it with astype(numpy.float32), " +
                       "or text to labels with numpy.unique(y, return_inverse=True).");
}

weir::Field field_from(const py::handle& object, const Purpose& purpose, const std::string& what, weir::FieldInfo info = {}) {
  const py::module_ numpy = py::module_::import("numpy");
  py::array array = as_array(py::reinterpret_borrow<py::object>(object), what);
  const py::dtype dtype = taken_dtype(array, purpose, what);
  if (array.dtype().kind() == 'u' && array.itemsize() == 8 && array.size() > 0 && dtype.kind() == 'i') {
    const py::object largest = array.attr("max")();
    if (largest.attr("__gt__")(std::numeric_limits<std::int64_t>::max()).cast<bool>()) {
      throw weir::ConfigError(what + " holds " + py::str(largest).cast<std::string>() + ", expected integers of 32 bits.");
    }
  }
  array = numpy.attr("asarray")(array, dtype, py::arg("order") = "C");
  const auto aligned = reinterpret_cast<std::uintptr_t>(array.data()) % static_cast<std::uintptr_t>(array.itemsize()) == 0;
  if (!aligned) array = array.attr("copy")();
  const HostArray host = host_array(array, what);
  return {host.view, PythonObject(host.owner).owner(), std::move(info)};
}

// The objects of several inputs or targets: those of a list or tuple whose items are arrays themselves.
std::vector<py::object> objects_of(const py::object& given, std::optional<std::size_t> expected) {
  std::vector<py::object> objects;
  if (given.is_none()) return objects;
  const bool several = (py::isinstance<py::list>(given) || py::isinstance<py::tuple>(given)) && py::len(given) > 0 &&
                       (expected ? *expected != 1 || (py::len(given) == 1 && py::hasattr(given[py::int_(0)], "__array__"))
                                 : py::hasattr(given[py::int_(0)], "__array__"));
  if (!several) return {given};
  for (const py::handle object : given) objects.push_back(py::reinterpret_borrow<py::object>(object));
  return objects;
}

std::string field_name(const char* letter, std::size_t i, std::size_t count) {
  return count == 1 ? letter : std::string(letter) + "[" + std::to_string(i) + "]";
}

// What the loss does with a target. For an output [1] an array [samples] becomes [samples, 1], for labels [samples, 1] becomes [samples].
Purpose target_purpose(const weir::Model& model, const weir::Losses& losses, std::size_t i, py::object& target) {
  Purpose purpose{std::nullopt, model.dtype()};
  if (i >= losses.terms().size() || i >= model.graph().outputs().size()) return purpose;
  const weir::Shape output = model.graph().output_shape(i), given = shape_of(target);
  const auto takes = [&](const weir::Shape& shape) {
    try {
      const weir::Shape shapes[] = {output, shape};
      const weir::LayerPlan plan = losses.terms()[i].loss->infer(shapes);
      purpose.storage = plan.inputs.size() > 1 ? plan.inputs[1] : weir::Storage::compute;
      return true;
    } catch (const weir::Error&) {  // fit says what does not fit
      return false;
    }
  };
  if (given.rank() == 0 || takes(given.without_front())) return purpose;
  if (given.rank() == 1 && output == weir::Shape{1} && takes(output)) {
    target = target.attr("reshape")(-1, 1);
  } else if (given.rank() == 2 && given[1] == 1 && takes({})) {
    target = target.attr("reshape")(-1);
  }
  return purpose;
}

void refuse_one_sample(const weir::Field& field, const weir::Shape& input, const std::string& what) {
  if (input.rank() == 0 || field.values.shape() != input) return;
  throw weir::ShapeError(what + " has the shape of one sample, " + to_string(input) +
                         ", expected samples in front of it. Write x[None] for one.");
}

weir::FieldInfo info_from(const Arguments& a, const py::object& names) {
  weir::FieldInfo info;
  a.get("divisor", info.divisor);
  if (a.given("image")) info.image = a.as<weir::Shape>("image");
  if (!names.is_none()) info.columns = names.cast<std::vector<std::string>>();
  return info;
}

// weir.Dataset(x, y, divisor, image, columns, classes): the infos are those of the first input and the first target.
weir::Dataset dataset_from(const py::object& x, const py::object& y, const py::dict& values) {
  const Arguments a("Dataset", values);
  std::vector<weir::Field> inputs, targets;
  const std::vector<py::object> xs = objects_of(x, {}), ys = objects_of(y, {});
  for (std::size_t i = 0; i < xs.size(); ++i) {
    inputs.push_back(
        field_from(xs[i], {}, "Dataset: " + field_name("x", i, xs.size()), i == 0 ? info_from(a, a.at("columns")) : weir::FieldInfo{}));
  }
  for (std::size_t i = 0; i < ys.size(); ++i) {
    weir::FieldInfo info;
    if (i == 0 && a.given("classes")) info.classes = a.at("classes").cast<std::vector<std::string>>();
    targets.push_back(field_from(ys[i], {}, "Dataset: " + field_name("y", i, ys.size()), std::move(info)));
  }
  const ReleasedGil release;
  return {std::move(inputs), std::move(targets)};
}

// A view of a field's values for NumPy, which keeps them alive and may not be written.
py::array array_of(const weir::Field& field) {
  auto* kept = new weir::Field(field);
  const py::capsule base(kept, [](void* p) { delete static_cast<weir::Field*>(p); });
  const std::span<const std::int64_t> sizes = field.values.shape().extents();
  py::array array(numpy_dtype(field.values.dtype()), std::vector<py::ssize_t>(sizes.begin(), sizes.end()), field.values.raw(), base);
  array.attr("flags").attr("writeable") = false;
  return array;
}

py::list arrays_of(const std::vector<weir::Field>& fields) {
  py::list arrays;
  for (const weir::Field& field : fields) arrays.append(array_of(field));
  return arrays;
}

py::list infos_of(const std::vector<weir::Field>& fields) {
  py::list infos;
  for (const weir::Field& field : fields) {
    py::dict info;
    info["divisor"] = field.info.divisor;
    info["image"] = shape_tuple(field.info.image);
    info["columns"] = field.info.columns;
    info["classes"] = field.info.classes;
    infos.append(info);
  }
  return infos;
}

py::tuple pair_of(weir::TrainTest data) { return py::make_tuple(std::move(data.train), std::move(data.test)); }

}  // namespace

weir::Dataset dataset_for(const std::string& who, const weir::Model& model, const weir::Losses& losses, const py::object& x,
                          const py::object& y) {
  const py::object handle = py::getattr(x, "_handle", py::none());
  if (py::isinstance<weir::Dataset>(handle)) {
    if (!y.is_none()) throw py::type_error(who + ": got a Dataset and y. Give a Dataset alone, or x and y as arrays.");
    return handle.cast<weir::Dataset>();
  }
  const weir::Graph& graph = model.graph();
  std::vector<weir::Field> inputs, targets;
  const std::vector<py::object> xs = objects_of(x, graph.inputs().size()), ys = objects_of(y, graph.outputs().size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    Purpose purpose{std::nullopt, model.dtype()};
    if (i < graph.inputs().size()) purpose.storage = graph.entries()[graph.inputs()[i]].storage;
    const std::string what = who + ": " + field_name("x", i, xs.size());
    inputs.push_back(field_from(xs[i], purpose, what));
    if (i < graph.inputs().size()) refuse_one_sample(inputs.back(), graph.entries()[graph.inputs()[i]].plan.output, what);
  }
  for (std::size_t i = 0; i < ys.size(); ++i) {
    const std::string what = who + ": " + field_name("y", i, ys.size());
    py::object target = as_array(ys[i], what);
    const Purpose purpose = target_purpose(model, losses, i, target);
    targets.push_back(field_from(target, purpose, what));
  }
  const ReleasedGil release;
  return {std::move(inputs), std::move(targets)};
}

void bind_data(py::module_& m) {
  py::class_<weir::Dataset>(m, "DatasetHandle")
      .def("samples", &weir::Dataset::samples)
      .def("inputs", [](const weir::Dataset& data) { return arrays_of(data.inputs()); })
      .def("targets", [](const weir::Dataset& data) { return arrays_of(data.targets()); })
      .def("input_infos", [](const weir::Dataset& data) { return infos_of(data.inputs()); })
      .def("target_infos", [](const weir::Dataset& data) { return infos_of(data.targets()); })
      .def("slice", &weir::Dataset::slice);
  m.def("dataset", &dataset_from);
  m.def("as_array", &as_array);
  m.def("load_mnist", [](const py::object& folder) {
    return pair_of(folder.is_none() ? weir::load_mnist() : weir::load_mnist(to_path(folder, "load_mnist: folder")));
  });
  m.def("load_fashion_mnist", [](const py::object& folder) {
    return pair_of(folder.is_none() ? weir::load_fashion_mnist() : weir::load_fashion_mnist(to_path(folder, "load_fashion_mnist: folder")));
  });
  m.def("load_digits", [](const py::object& folder) { return pair_of(weir::load_digits(to_path(folder, "load_digits: folder"))); });
}
