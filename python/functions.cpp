#include <weir/activations/functions.hpp>

#include "python/arrays.hpp"
#include "python/bind.hpp"

namespace py = pybind11;

namespace {

py::array relu(const py::object& x) {
  const HostArray in = host_array(x, "relu");
  weir::Tensor y(in.view.shape(), in.view.dtype());
  weir::relu(in.view, y.view());
  return to_numpy(std::move(y));
}

}  // namespace

void bind_functions(py::module_& m) { m.def("relu", &relu, py::arg("x"), "y = max(0, x). NaN stays NaN, -0 becomes +0."); }
