#include <pybind11/numpy.h>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <weir/activations/functions.hpp>
#include <weir/core/error.hpp>

#include "activation_docs.hpp"
#include "python/arrays.hpp"
#include "python/bind.hpp"
#include "python/gil.hpp"

namespace py = pybind11;

namespace {

using Api = py::detail::npy_api;
constexpr int c_order = Api::NPY_ARRAY_C_CONTIGUOUS_, f_order = Api::NPY_ARRAY_F_CONTIGUOUS_;

struct Operand {
  const char* name;
  py::array array;
};

// What a function does with blocks of elements, in the order in which they lie in memory.
using Run = void (*)(const weir::ActivationFunction& f, std::span<const weir::ConstTensorView> operands, const weir::TensorView& result);

void run_forward(const weir::ActivationFunction& f, std::span<const weir::ConstTensorView> operands, const weir::TensorView& y) {
  weir::activate(f, operands[0], y);
}

void run_backward(const weir::ActivationFunction& f, std::span<const weir::ConstTensorView> operands, const weir::TensorView& dx) {
  weir::activate_backward(f, operands[0], operands[1], dx);
}

void run_relu_grad(const weir::ActivationFunction&, std::span<const weir::ConstTensorView> operands, const weir::TensorView& g) {
  weir::relu_grad(operands[0], g);
}

py::module_ numpy() { return py::module_::import("numpy"); }

std::optional<weir::DType> float_dtype(const py::array& array) {
  const auto* descriptor = py::detail::array_descriptor_proxy(py::detail::array_proxy(array.ptr())->descr);
  if (descriptor->byteorder == (std::endian::native == std::endian::little ? '>' : '<')) return {};
  if (descriptor->type_num == Api::NPY_FLOAT_) return weir::DType::f32;
  if (descriptor->type_num == Api::NPY_DOUBLE_) return weir::DType::f64;
  return {};
}

// In which orders (c_order, f_order, both or neither) the elements are one aligned block.
int orders(const py::array& array) {
  const int flags = array.flags();
  return flags & Api::NPY_ARRAY_ALIGNED_ ? flags & (c_order | f_order) : 0;
}

bool same_shape(const py::array& a, const py::array& b) {
  return std::equal(a.shape(), a.shape() + a.ndim(), b.shape(), b.shape() + b.ndim());
}

void* data_of(const py::array& array) { return py::detail::array_proxy(array.ptr())->data; }

// A new array that NumPy allocates, its elements not yet written.
py::array empty(const py::array& like, int order) {
  py::dtype dtype = like.dtype();
  PyObject* array = Api::get().PyArray_NewFromDescr_(Api::get().PyArray_Type_, dtype.release().ptr(), static_cast<int>(like.ndim()),
                                                     reinterpret_cast<const Py_intptr_t*>(like.shape()), nullptr, nullptr,
                                                     order & c_order ? 0 : f_order, nullptr);
  if (array == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::array>(array);
}

py::array copy_of(const py::array& array, const char* order) {
  return numpy().attr("array")(array, py::arg("order") = order, py::arg("copy") = true);
}

// Whether elements of both lie at the same address, unless the arrays are the same view.
bool overlap(const py::array& a, const py::array& b) {
  if (data_of(a) == data_of(b) && std::equal(a.strides(), a.strides() + a.ndim(), b.strides())) return false;
  if (orders(a) && orders(b)) {
    const auto begin = [](const py::array& x) { return static_cast<const char*>(data_of(x)); };
    return std::less<>()(begin(a), begin(b) + b.nbytes()) && std::less<>()(begin(b), begin(a) + a.nbytes());
  }
  if (!numpy().attr("may_share_memory")(a, b).cast<bool>()) return false;
  try {
    return numpy().attr("shares_memory")(a, b, py::arg("max_work") = 100000).cast<bool>();
  } catch (py::error_already_set&) {  // TooHardError
    return true;
  }
}

void check_operands(const std::string& who, std::span<const Operand> operands) {
  const Operand& first = operands.front();
  for (const Operand& operand : operands) {
    if (!float_dtype(operand.array)) {
      throw py::type_error(who + ": " + operand.name + " is " + dtype_text(operand.array) +
                           ", expected float32 or float64 in this machine's byte order. Convert it with astype(numpy.float32).");
    }
    if (float_dtype(operand.array) != float_dtype(first.array)) {
      throw py::type_error(who + ": " + operand.name + " is " + dtype_text(operand.array) + ", but " + first.name + " is " +
                           dtype_text(first.array) + ". Convert one of them with astype.");
    }
    if (!same_shape(operand.array, first.array)) {
      throw weir::ShapeError(who + ": " + operand.name + " has shape " + shape_text(operand.array) + ", but " + first.name + " has shape " +
                             shape_text(first.array) + ". Give both the same shape.");
    }
  }
}

py::array check_out(const std::string& who, const py::object& object, std::span<const Operand> operands) {
  const Operand& first = operands.front();
  if (!py::isinstance<py::array>(object)) {
    throw py::type_error(who + ": out is a " + Py_TYPE(object.ptr())->tp_name + ", expected a numpy.ndarray. Pass numpy.empty_like(" +
                         first.name + ").");
  }
  py::array out = py::reinterpret_borrow<py::array>(object);
  if (float_dtype(out) != float_dtype(first.array)) {
    throw py::type_error(who + ": out is " + dtype_text(out) + ", but " + first.name + " is " + dtype_text(first.array) +
                         ". Pass numpy.empty_like(" + first.name + ").");
  }
  if (!same_shape(out, first.array)) {
    throw weir::ShapeError(who + ": out has shape " + shape_text(out) + ", but " + first.name + " has shape " + shape_text(first.array) +
                           ". Pass numpy.empty_like(" + first.name + ").");
  }
  if (!out.writeable()) throw weir::ConfigError(who + ": out is read-only. Pass an array that may be written, such as a copy.");
  for (py::ssize_t axis = 0; axis < out.ndim(); ++axis) {
    if (out.size() > 0 && out.strides(axis) == 0 && out.shape(axis) > 1) {
      throw weir::ConfigError(who + ": elements of out share memory (axis " + std::to_string(axis) + " has stride 0). Pass a copy.");
    }
  }
  for (const Operand& operand : operands) {
    if (overlap(operand.array, out)) {
      throw weir::ConfigError(who + ": out overlaps " + operand.name + " without being the same elements. Pass " + operand.name +
                              " itself, or an array with memory of its own.");
    }
  }
  return out;
}

// Runs on the memory of the arrays as it is, where all are one block in the same order; otherwise on copies that are. py::array() would
// allocate an array, hence std::optional.
py::object compute(const std::string& who, Run run, const weir::ActivationFunction& f, std::span<Operand> operands, const py::object& out) {
  check_operands(who, operands);
  std::optional<py::array> target, result;
  if (!out.is_none()) target = check_out(who, out, operands);
  int order = c_order | f_order;
  for (const Operand& operand : operands) order &= orders(operand.array);
  if (target) order &= orders(*target);

  if (order == 0) {
    // The last operand's copy becomes the result. One operand keeps the order of its axes, as in NumPy.
    result = copy_of(operands.back().array, operands.size() == 1 ? "K" : "C");
    for (Operand& operand : operands.first(operands.size() - 1)) operand.array = copy_of(operand.array, "C");
    operands.back().array = *result;
  } else {
    result = target ? *target : empty(operands.front().array, order);
  }

  const weir::Shape elements{result->size()};
  const weir::DType dtype = *float_dtype(*result);
  std::array<weir::ConstTensorView, 2> views;
  for (std::size_t i = 0; i < operands.size(); ++i) views[i] = {data_of(operands[i].array), elements, dtype};
  {
    constexpr py::ssize_t worth_releasing = 1 << 14;  // elements: a few microseconds of work
    std::optional<ReleasedGil> release;
    if (result->size() >= worth_releasing) release.emplace();
    run(f, std::span(views).first(operands.size()), {data_of(*result), elements, dtype});
  }

  if (!target) return result->ndim() == 0 ? py::object((*result)[py::tuple()]) : std::move(*result);
  if (order == 0) numpy().attr("copyto")(*target, *result);
  return out;
}

// An argument with its name; the text for messages is made where it may be needed.
Operand operand(const std::string& who, const char* name, const py::object& object) {
  if (py::detail::npy_api::get().PyArray_Type_ == Py_TYPE(object.ptr())) return {name, py::reinterpret_borrow<py::array>(object)};
  return {name, as_array(object, who + ": " + name)};
}

py::object compute(const std::string& who, Run run, const weir::ActivationFunction& f, const py::object& x, const py::object& out) {
  std::array operands{operand(who, "x", x)};
  return compute(who, run, f, operands, out);
}

py::object compute(const std::string& who, Run run, const weir::ActivationFunction& f, const char* name, const py::object& x_or_y,
                   const py::object& dy, const py::object& out) {
  std::array operands{operand(who, name, x_or_y), operand(who, "dy", dy)};
  return compute(who, run, f, operands, out);
}

template <class F>
constexpr std::size_t parameter_count() {
  if constexpr (requires { F::parameters; }) {
    return F::parameters.size();
  } else {
    return 0;
  }
}

template <std::size_t>
using Number = double;

// <name>(x, <parameters>, out=None) and <name>_backward(x or y, dy, <parameters>, out=None).
template <class F, std::size_t... I>
void bind_activation(py::module_& m, std::index_sequence<I...>) {
  const std::string forward(F::name), backward = forward + "_backward", doc = activation_doc(F::name);
  const auto function = [](Number<I>... numbers) {
    F f;
    if constexpr (sizeof...(I) > 0) ((f.*F::parameters[I].member = numbers), ...);
    return weir::ActivationFunction(f);
  };
  [[maybe_unused]] const auto number = [](std::size_t i) -> py::arg_v {
    if constexpr (sizeof...(I) > 0) return py::arg(F::parameters[i].name.data()) = F().*F::parameters[i].member;
    throw std::logic_error("no parameters");
  };
  m.def(
      forward.c_str(),
      [=](const py::object& x, Number<I>... numbers, const py::object& out) {
        return compute(forward, run_forward, function(numbers...), x, out);
      },
      py::arg("x"), number(I)..., py::arg("out") = py::none(), (doc + "\n\nReturns y, of the shape and dtype of x.").c_str());

  const char* operand = F::needs == weir::Needs::y ? "y" : "x";
  m.def(
      backward.c_str(),
      [=](const py::object& x_or_y, const py::object& dy, Number<I>... numbers, const py::object& out) {
        return compute(backward, run_backward, function(numbers...), operand, x_or_y, dy, out);
      },
      py::arg(operand), py::arg("dy"), number(I)..., py::arg("out") = py::none(),
      (doc + "\n\nReturns dx for the gradient dy with respect to y" +
       (F::needs == weir::Needs::y ? "; reads the output, y = " + forward + "(x)." : "; reads the input x."))
          .c_str());
}

}  // namespace

void bind_functions(py::module_& m) {
  for (const weir::ActivationFunction& f : weir::all_activations()) {
    std::visit([&]<class F>(const F&) { bind_activation<F>(m, std::make_index_sequence<parameter_count<F>()>()); }, f);
  }
  m.def(
      "relu_grad",
      [who = std::string("relu_grad")](const py::object& x, const py::object& out) {
        return compute(who, run_relu_grad, weir::ReLU(), x, out);
      },
      py::arg("x"), py::arg("out") = py::none(),
      "1 where x > 0, else 0 (also at 0 and NaN), in the dtype of x: numpy.greater(x, 0).astype(x.dtype).");
}
