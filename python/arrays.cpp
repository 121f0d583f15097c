#include "python/arrays.hpp"

#include <memory>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>

namespace py = pybind11;

weir::Shape shape_of(const py::array& array) {
  std::vector<std::int64_t> dims(array.shape(), array.shape() + array.ndim());
  return weir::Shape(dims);
}

std::string shape_text(const py::array& array) {
  std::string text;
  for (py::ssize_t axis = 0; axis < array.ndim(); ++axis) text += (axis ? ", " : "") + std::to_string(array.shape(axis));
  return "[" + text + "]";
}

std::string dtype_text(const py::array& array) { return py::str(array.dtype()).cast<std::string>(); }

py::dtype numpy_dtype(weir::DType dtype) {
  switch (dtype) {
    case weir::DType::f32:
      return py::dtype::of<float>();
    case weir::DType::f64:
      return py::dtype::of<double>();
    case weir::DType::i32:
      return py::dtype::of<std::int32_t>();
    case weir::DType::i64:
      return py::dtype::of<std::int64_t>();
    case weir::DType::u8:
      return py::dtype::of<std::uint8_t>();
    default:
      throw weir::ConfigError("NumPy has no such dtype as " + weir::to_string(dtype));
  }
}

py::array as_array(const py::object& object, const std::string& what) {
  if (py::isinstance<py::array>(object)) {
    if (py::hasattr(object, "filled") && py::module_::import("numpy.ma").attr("is_masked")(object).cast<bool>()) {
      throw py::type_error(what + " is a masked array, whose masked elements weir would use. Fill them first, such as with x.filled(0).");
    }
    return py::reinterpret_borrow<py::array>(object);
  }
  bool on_host = !py::hasattr(object, "__cuda_array_interface__");
  const bool dlpack = py::hasattr(object, "__dlpack_device__");
  if (on_host && dlpack) {
    constexpr int cpu = 1, cuda_host = 3;  // DLPack's kDLCPU and kDLCUDAHost
    const int device = object.attr("__dlpack_device__")().cast<py::tuple>()[0].cast<int>();
    on_host = device == cpu || device == cuda_host;
  }
  if (!on_host) {
    throw weir::DeviceError(what +
                            " is on another device, expected memory of the CPU. Copy it there first: x.cpu() in PyTorch, x.get() in CuPy.");
  }
  const bool by_dlpack = dlpack && !py::hasattr(object, "__array__");
  return py::module_::import("numpy").attr(by_dlpack ? "from_dlpack" : "asarray")(object);
}

HostArray host_array(const py::object& object, const std::string& who) {
  py::array array =
      py::array::ensure(as_array(object, who + ": the array"), int{py::array::c_style} | int{py::detail::npy_api::NPY_ARRAY_ALIGNED_});
  if (!array) throw py::error_already_set();
  for (const weir::DType dtype : {weir::DType::f32, weir::DType::f64, weir::DType::i32, weir::DType::i64, weir::DType::u8}) {
    if (array.dtype().equal(numpy_dtype(dtype))) {
      const weir::ConstTensorView view(array.data(), shape_of(array), dtype);
      return {std::move(array), view};
    }
  }
  throw py::type_error(who + ": got an array of " + dtype_text(array) +
                       ", expected float32, float64, int32, int64 or uint8. Convert it with astype.");
}

py::array to_numpy(weir::Tensor tensor) {
  auto owned = std::make_unique<weir::Tensor>(std::move(tensor));
  const weir::TensorView view = owned->view();
  const weir::Shape shape = view.shape();
  const std::span<const std::int64_t> sizes = shape.extents();
  const std::vector<py::ssize_t> dims(sizes.begin(), sizes.end());
  const py::capsule base(owned.get(), [](void* p) { delete static_cast<weir::Tensor*>(p); });
  owned.release();
  return py::array(numpy_dtype(view.dtype()), dims, view.raw(), base);
}

py::array to_numpy(const weir::ConstTensorView& view) { return to_numpy(weir::clone(view)); }
