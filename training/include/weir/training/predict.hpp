#pragma once

#include <vector>
#include <weir/core/model.hpp>
#include <weir/core/tensor.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

// The output for any number of samples x [samples, ...], in pieces of max_batch. x is on the host or the Model's device, in the Model's
// dtype (an i32 or u8 input: in that); on the host also u8, which is divided by the divisor that the Model was trained with, and for an i32
// input u8 and i64. The result [samples, ...] is on the host. For a graph of one input and one output. ShapeError, ConfigError,
// DeviceError.
Tensor predict(Model& model, const ConstTensorView& x);

// The same for the inputs of a Dataset (its targets are not looked at), one tensor an output of the graph. u8 that says no divisor has the
// one that the Model was trained with.
std::vector<Tensor> predict(Model& model, const Dataset& data);

}  // namespace weir
