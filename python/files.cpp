#include <pybind11/stl.h>

#include <cstring>
#include <map>
#include <memory>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/formats/save.hpp>
#include <weir/formats/tensor_file.hpp>
#include <weir/training/checkpoint_file.hpp>

#include "python/arguments.hpp"
#include "python/arrays.hpp"
#include "python/bind.hpp"
#include "python/gil.hpp"
#include "python/model.hpp"
#include "python/python_function.hpp"

namespace py = pybind11;

namespace {

// A path, or the bytes of a file.
weir::TensorFile file_from(const py::object& source, const std::string& who) {
  if (!PyObject_CheckBuffer(source.ptr())) {
    if (!py::isinstance<py::str>(source) && !py::hasattr(source, "__fspath__")) {
      throw py::type_error(who + ": the file is " + shown(source) + ", expected a path or bytes.");
    }
    return weir::FileSource(to_path(source, who + ": the file"));
  }
  const py::bytes bytes(source);
  const auto text = static_cast<std::string_view>(bytes);
  std::vector<std::byte> copy(text.size());
  if (!text.empty()) std::memcpy(copy.data(), text.data(), text.size());
  return weir::TensorFile(std::move(copy));
}

py::bytes bytes_of(const std::vector<std::byte>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

using Metadata = std::map<std::string, std::string>;

void save(ModelHandle& handle, const py::object& path, const Metadata& metadata) {
  const ModelHandle::Use use(handle, "save");
  const weir::FileTarget target = to_path(path, "save: path");
  const ReleasedGil release;
  weir::save(*use, target, metadata);
}

void save_checkpoint(ModelHandle& handle, const py::object& path) {
  const ModelHandle::Use use(handle, "save_checkpoint");
  const weir::FileTarget target = to_path(path, "save_checkpoint: path");
  const ReleasedGil release;
  weir::save_checkpoint(*use, target);
}

py::bytes to_bytes(ModelHandle& handle, bool training) {
  const ModelHandle::Use use(handle, "to_bytes");
  std::vector<std::byte> bytes;
  {
    const ReleasedGil release;
    training ? weir::save_checkpoint(*use, bytes) : weir::save(*use, bytes);
  }
  return bytes_of(bytes);
}

std::unique_ptr<ModelHandle> load_model(const py::object& source, const py::dict& values) {
  const weir::TensorFile file = file_from(source, "load_model");
  weir::ModelOptions options = model_options(values, "load_model");
  const bool grows = options.max_batch == 0;
  if (grows) options.max_batch = weir::ModelOptions().max_batch;
  const ReleasedGil release;
  return std::make_unique<ModelHandle>(weir::load_model(file, options), grows);
}

void load_checkpoint(ModelHandle& handle, const py::object& source) {
  const ModelHandle::Use use(handle, "load_checkpoint", ModelHandle::changes);
  const weir::TensorFile file = file_from(source, "load_checkpoint");
  const ReleasedGil release;
  weir::load_checkpoint(*use, file);
}

py::dict state_dict(ModelHandle& handle) {
  const ModelHandle::Use use(handle, "state_dict");
  py::dict tensors;
  for (const weir::ArenaEntry& entry : use->parameters()) {
    tensors[py::str(entry.name)] = to_numpy(std::as_const(*use).parameter(entry.name));
    for (const std::string& alias : entry.aliases) tensors[py::str(alias)] = tensors[py::str(entry.name)];
  }
  for (const weir::ArenaEntry& entry : use->states()) tensors[py::str(entry.name)] = to_numpy(std::as_const(*use).state(entry.name));
  return tensors;
}

// Arrays by name as a tensor file in memory: its checks, conversions and messages are those of a file.
weir::TensorFile file_of(const py::dict& arrays) {
  weir::TensorContent content;
  py::list owners;
  std::map<std::string, const std::byte*> places;
  std::uint64_t offset = 0;
  for (const auto& [key, value] : arrays) {
    const std::string name = py::str(key).cast<std::string>();
    const HostArray host = host_array(py::reinterpret_borrow<py::object>(value), "load_state_dict: " + name);
    const weir::Shape shape = host.view.shape();
    std::string dtype = to_string(host.view.dtype());
    dtype[0] = static_cast<char>(dtype[0] - 'a' + 'A');
    const std::uint64_t bytes = static_cast<std::uint64_t>(host.view.elements()) * size_of(host.view.dtype());
    content.entries.push_back({name, dtype, {shape.extents().begin(), shape.extents().end()}, offset, bytes});
    offset += bytes;
    owners.append(host.owner);
    places[name] = static_cast<const std::byte*>(host.view.raw());
  }
  content.open = [owners = PythonObject(owners), places = std::move(places)](const weir::TensorEntry& entry) {
    return [owners, next = places.at(entry.name)](std::span<std::byte> block) mutable {
      if (!block.empty()) std::memcpy(block.data(), next, block.size());
      next += block.size();
    };
  };
  return {"state_dict", std::move(content)};
}

py::tuple load_state_dict(ModelHandle& handle, const py::object& source, bool strict) {
  const ModelHandle::Use use(handle, "load_state_dict", ModelHandle::changes);
  const weir::TensorFile file = py::isinstance<py::dict>(source) ? file_of(source.cast<py::dict>()) : file_from(source, "load_state_dict");
  const weir::StateDictReport report = weir::load_state_dict(*use, file, {.strict = strict});
  return py::make_tuple(report.missing, report.unexpected);
}

// The tensors of a file as arrays.
py::dict read_tensors(const py::object& source) {
  const weir::TensorFile file = file_from(source, "read_tensors");
  file.verify();
  py::dict tensors;
  for (const weir::TensorEntry& entry : file.entries()) tensors[py::str(entry.name)] = to_numpy(file.read(entry.name));
  return tensors;
}

}  // namespace

void bind_files(py::module_& m) {
  m.def("save", &save);
  m.def("save_checkpoint", &save_checkpoint);
  m.def("to_bytes", &to_bytes);
  m.def("load_model", &load_model);
  m.def("load_checkpoint", &load_checkpoint);
  m.def("load_metadata", [](const py::object& source) { return weir::load_metadata(file_from(source, "load_metadata")); });
  m.def("state_dict", &state_dict);
  m.def("load_state_dict", &load_state_dict);
  m.def("read_tensors", &read_tensors);
}
