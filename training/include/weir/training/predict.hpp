#pragma once

#include <vector>
#include <weir/core/communicator.hpp>
#include <weir/core/model.hpp>
#include <weir/core/tensor.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

// Runs the Model in inference mode on any number of samples x [samples, ...], in batches of max_batch, and returns its output [samples,
// ...] on the host. x is on the host or the Model's device, with the Model's dtype, or i32 or u8 if that is the input's. On the host x may
// also be u8, which is divided by the divisor that the Model was trained with; for an i32 input x may be u8 or i64. Only for graphs with
// one input and one output. Throws ShapeError, ConfigError (dtype, several inputs or outputs) or DeviceError.
Tensor predict(Model& model, const ConstTensorView& x);

// The same for the inputs of a Dataset (targets are ignored): returns one tensor for each output of the graph. u8 fields without a divisor
// use the one that the Model was trained with. With several ranks each calls it with the same arguments, computes a part of the batches, and
// gets all of the result.
std::vector<Tensor> predict(Model& model, const Dataset& data, const Communicator& communicator = {});

}  // namespace weir
