// Operations without a kernel yet: the losses that need them run on the CPU alone, and say so by runs_on.

#include <weir/core/error.hpp>

#include "layers/class_targets_ops.hpp"
#include "layers/multi_margin_ops.hpp"

namespace weir::cuda {

namespace {

[[noreturn]] void refuse(const char* op) { throw DeviceError(std::string("cuda: has no ") + op + ". Use Device::cpu()."); }

}  // namespace

void class_targets(const Context&, const ClassTargets&, const ConstTensorView&, const TensorView&) { refuse("class_targets"); }

void multi_margin_forward(const Context&, const MultiMarginTerm&, const ConstTensorView&, const ConstTensorView&, const TensorView&) {
  refuse("multi_margin");
}

void multi_margin_backward(const Context&, const MultiMarginTerm&, const ConstTensorView&, const ConstTensorView&, const ConstTensorView&,
                           const TensorView&) {
  refuse("multi_margin");
}

}  // namespace weir::cuda
