// The operations of layers that have no kernels yet, with and without CUDA: their runs_on says so before any of these is reached. Move one
// to a .cu file, and its refusal to no_cuda.cpp, when it is written.

#include <string>
#include <weir/core/error.hpp>

#include "layers/batch_norm_ops.hpp"
#include "layers/dropout_ops.hpp"
#include "layers/embedding_ops.hpp"
#include "layers/multiply_ops.hpp"
#include "layers/prelu_ops.hpp"
#include "layers/row_norm_ops.hpp"
#include "layers/softmax_ops.hpp"

namespace weir::cuda {

namespace {

[[noreturn]] void refuse(const char* what) { throw DeviceError(std::string("cuda: ") + what + " has no kernel yet. Use Device::cpu()."); }

using In = const ConstTensorView&;
using Ins = std::span<const ConstTensorView>;
using Out = const TensorView&;
using Outs = std::span<const TensorView>;

}  // namespace

void batch_norm_forward(const Context&, const BatchNormForward&) { refuse("batch_norm"); }
void batch_norm_backward(const Context&, const BatchNormBackward&) { refuse("batch_norm"); }
void dropout_forward(const Context&, double, In, Out, Out) { refuse("dropout"); }
void dropout_backward(const Context&, double, In, In, Out) { refuse("dropout"); }
void embedding_forward(const Context&, In, In, Out) { refuse("embedding"); }
void embedding_backward(const Context&, In, In, Out) { refuse("embedding"); }
void multiply_forward(const Context&, Ins, Out) { refuse("multiply"); }
void multiply_backward(const Context&, Ins, In, Outs) { refuse("multiply"); }
void prelu_forward(const Context&, In, In, Out) { refuse("prelu"); }
void prelu_backward(const Context&, In, In, In, Out, Out, Out) { refuse("prelu"); }
void row_norm_forward(const Context&, const RowNormForward&) { refuse("layer_norm and rms_norm"); }
void row_norm_backward(const Context&, const RowNormBackward&) { refuse("layer_norm and rms_norm"); }
void softmax_forward(const Context&, In, Out) { refuse("softmax"); }
void softmax_backward(const Context&, In, In, Out) { refuse("softmax"); }
void log_softmax_forward(const Context&, In, Out) { refuse("log_softmax"); }
void log_softmax_backward(const Context&, In, In, Out) { refuse("log_softmax"); }

}  // namespace weir::cuda
