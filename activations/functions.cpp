#include <functional>
#include <string>

#include <weir/activations/functions.hpp>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "activations/activation_ops.hpp"
#include "core/memory_ops.hpp"

namespace weir {

namespace {

// An argument of a public function, with the name that error messages give it.
struct Argument {
  const char* name;
  const ConstTensorView& view;
};

bool overlap_partly(const ConstTensorView& a, const ConstTensorView& b) {
  if (a.raw() == b.raw()) return false;
  const auto begin = [](const ConstTensorView& v) { return static_cast<const char*>(v.raw()); };
  const auto end = [&](const ConstTensorView& v) { return begin(v) + static_cast<std::size_t>(v.elements()) * size_of(v.dtype()); };
  return std::less<>()(begin(a), end(b)) && std::less<>()(begin(b), end(a));
}

// Checks what every function here demands: all arrays f32 or all f64, of one shape, on the context's device, with memory behind them, and
// either the same block or no overlap.
class Check {
 public:
  Check(std::string_view who, const Context& context, const Argument& result) : who_(who), context_(context), result_(result) {
    const DType dtype = result.view.dtype();
    if (dtype != DType::f32 && dtype != DType::f64) {
      throw ConfigError(label(result) + " is " + to_string(dtype) + ", expected f32 or f64. Convert with Tensor::to(DType).");
    }
    require_memory(result);
  }

  void operand(const Argument& a) const {
    if (a.view.dtype() != result_.view.dtype()) {
      throw ConfigError(label(a) + " is " + to_string(a.view.dtype()) + ", " + result_.name + " is " + to_string(result_.view.dtype()) +
                        ", expected one dtype. Convert with Tensor::to(DType).");
    }
    if (a.view.shape() != result_.view.shape()) {
      throw ShapeError(label(a) + " has shape " + to_string(a.view.shape()) + ", " + result_.name + " has " +
                       to_string(result_.view.shape()) + ", expected equal shapes. Use reshaped() where the counts agree.");
    }
    require_memory(a);
    if (overlap_partly(a.view, result_.view)) {
      throw ConfigError(label(a) + " and " + result_.name + " overlap without being the same block, expected one block or two. Copy " +
                        a.name + " first.");
    }
  }

 private:
  std::string label(const Argument& a) const { return std::string(who_) + ": " + a.name; }

  void require_memory(const Argument& a) const {
    if (a.view.device() != context_.device) {
      throw DeviceError(label(a) + " is on " + to_string(a.view.device()) + ", expected " + to_string(context_.device) +
                        ". Copy it with Tensor::to(Device).");
    }
    if (a.view.raw() == nullptr && a.view.elements() > 0) {
      throw ConfigError(label(a) + " has shape " + to_string(a.view.shape()) + " and no data, expected memory. Give the view a pointer.");
    }
  }

  std::string_view who_;
  const Context& context_;
  Argument result_;
};

void checked_activate(std::string_view who, const Context& context, const ActivationFunction& f, const ConstTensorView& x,
                      const TensorView& y) {
  const ConstTensorView result = y;
  Check(who, context, {"y", result}).operand({"x", x});
  validate(f);
  on_device::activate(context, f, x, y);
}

void checked_backward(std::string_view who, const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y,
                      const ConstTensorView& dy, const TensorView& dx) {
  const ConstTensorView result = dx;
  const Check check(who, context, {"dx", result});
  check.operand({"dy", dy});
  if (needs(f) != Needs::neither) check.operand({needs(f) == Needs::x ? "x" : "y", x_or_y});
  validate(f);
  on_device::activate_backward(context, f, x_or_y, dy, dx);
}

}  // namespace

void relu(const Context& context, const ConstTensorView& x, const TensorView& y) { checked_activate("relu", context, ReLU(), x, y); }

void relu(const ConstTensorView& x, const TensorView& y) {
  run_and_wait(y.device(), [&](const Context& context) { relu(context, x, y); });
}

void relu_grad(const Context& context, const ConstTensorView& x, const TensorView& g) {
  const ConstTensorView result = g;
  Check("relu_grad", context, {"g", result}).operand({"x", x});
  on_device::relu_grad(context, x, g);
}

void relu_grad(const ConstTensorView& x, const TensorView& g) {
  run_and_wait(g.device(), [&](const Context& context) { relu_grad(context, x, g); });
}

void relu_backward(const Context& context, const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx) {
  checked_backward("relu_backward", context, ReLU(), y, dy, dx);
}

void relu_backward(const ConstTensorView& y, const ConstTensorView& dy, const TensorView& dx) {
  run_and_wait(dx.device(), [&](const Context& context) { relu_backward(context, y, dy, dx); });
}

void activate(const Context& context, const ActivationFunction& f, const ConstTensorView& x, const TensorView& y) {
  checked_activate("activate", context, f, x, y);
}

void activate(const ActivationFunction& f, const ConstTensorView& x, const TensorView& y) {
  run_and_wait(y.device(), [&](const Context& context) { activate(context, f, x, y); });
}

void activate_backward(const Context& context, const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy,
                       const TensorView& dx) {
  checked_backward("activate_backward", context, f, x_or_y, dy, dx);
}

void activate_backward(const ActivationFunction& f, const ConstTensorView& x_or_y, const ConstTensorView& dy, const TensorView& dx) {
  run_and_wait(dx.device(), [&](const Context& context) { activate_backward(context, f, x_or_y, dy, dx); });
}

}  // namespace weir
