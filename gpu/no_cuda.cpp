// In a build without CUDA every device operation throws. Define nothing else here: a test program that defines all of them itself, for its
// fake device, then needs no symbol of this file, and the linker leaves it out.

#include <string>
#include <weir/core/error.hpp>

#include "activations/activation_ops.hpp"
#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"
#include "data/gather.hpp"
#include "gpu/runtime/runtime.hpp"
#include "layers/add_ops.hpp"
#include "layers/batch_norm_ops.hpp"
#include "layers/concat_ops.hpp"
#include "layers/dense_ops.hpp"
#include "layers/dropout_ops.hpp"
#include "layers/embedding_ops.hpp"
#include "layers/losses/class_targets_ops.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"
#include "layers/losses/multi_margin_ops.hpp"
#include "layers/losses/softmax_cross_entropy_ops.hpp"
#include "layers/losses/weighted_logits_ops.hpp"
#include "layers/multiply_ops.hpp"
#include "layers/prelu_ops.hpp"
#include "layers/row_norm_ops.hpp"
#include "layers/softmax_ops.hpp"
#include "training/check_ops.hpp"
#include "training/gradient_ops.hpp"
#include "training/optimizers/rules.hpp"
#include "training/step_ops.hpp"

namespace weir::cuda {

namespace {

using In = const ConstTensorView&;
using Ins = std::span<const ConstTensorView>;
using Out = const TensorView&;
using Outs = std::span<const TensorView>;

[[noreturn]] void none() { throw DeviceError("cuda: " + std::string(built_in_runtime().missing) + "."); }

}  // namespace

void fill(const Context&, Out, double) { none(); }
void write_number(const Context&, std::uint64_t*, std::uint64_t) { none(); }

void matmul(const Context&, In, In, Out, const MatmulOptions&) { none(); }
void reduce_sum(const Context&, In, Out) { none(); }
void add(const Context&, In, In, Out) { none(); }
void set_loss_gradient(const Context&, In, double, Out) { none(); }
void accumulate_loss(const Context&, In, In, double, Out) { none(); }

void activate(const Context&, const ActivationFunction&, In, Out) { none(); }
void activate_backward(const Context&, const ActivationFunction&, In, In, Out) { none(); }
void relu_grad(const Context&, In, Out) { none(); }

void add_forward(const Context&, Ins, Out) { none(); }
void batch_norm_forward(const Context&, const BatchNormForward&) { none(); }
void batch_norm_backward(const Context&, const BatchNormBackward&) { none(); }
void class_targets(const Context&, const ClassTargets&, In, Out) { none(); }
void concat(const Context&, Ins, Out) { none(); }
void split(const Context&, In, Ins, Outs) { none(); }
void dense_forward(const Context&, const DenseForward&) { none(); }
void dense_backward(const Context&, const DenseBackward&) { none(); }
void dropout_forward(const Context&, double, In, Out, Out) { none(); }
void dropout_backward(const Context&, double, In, In, Out) { none(); }
void elementwise_loss_forward(const Context&, const AnyTerm&, const TermScale&, In, In, Out) { none(); }
void elementwise_loss_backward(const Context&, const AnyTerm&, const TermScale&, In, In, In, Out, Out) { none(); }
void embedding_forward(const Context&, In, In, Out) { none(); }
void embedding_backward(const Context&, In, In, Out) { none(); }
void multi_margin_forward(const Context&, const MultiMarginTerm&, In, In, Out) { none(); }
void multi_margin_backward(const Context&, const MultiMarginTerm&, In, In, In, Out) { none(); }
void multiply_forward(const Context&, Ins, Out) { none(); }
void multiply_backward(const Context&, Ins, In, Outs) { none(); }
void prelu_forward(const Context&, In, In, Out) { none(); }
void prelu_backward(const Context&, In, In, In, Out, Out, Out) { none(); }
void row_norm_forward(const Context&, const RowNormForward&) { none(); }
void row_norm_backward(const Context&, const RowNormBackward&) { none(); }
void softmax_forward(const Context&, In, Out) { none(); }
void softmax_backward(const Context&, In, In, Out) { none(); }
void log_softmax_forward(const Context&, In, Out) { none(); }
void log_softmax_backward(const Context&, In, In, Out) { none(); }
void softmax_cross_entropy_forward(const Context&, In, In, Out, Out, Out) { none(); }
void softmax_cross_entropy_backward(const Context&, In, In, In, In, In, Out, Out) { none(); }
void weighted_logits_forward(const Context&, std::span<const double>, const TermScale&, In, In, Out) { none(); }
void weighted_logits_backward(const Context&, std::span<const double>, const TermScale&, In, In, In, Out, Out) { none(); }

void gather(const Context&, In, double, In, Out) { none(); }
void gather_batch(const Context&, In, double, In, const std::uint64_t*, std::int64_t, Out) { none(); }

void count_batch(const Context&, const double*, double, StepNumbers*) { none(); }
void accept_step(const Context&, const StepAcceptance&) { none(); }
void copy_unless(const Context&, const std::uint64_t*, In, Out) { none(); }
void max_abs(const Context&, In, double*) { none(); }
void count_correct(const Context&, const Classification&, In, In, std::int64_t*) { none(); }
void count_confusion(const Context&, const Classification&, In, In, std::int64_t*) { none(); }
void count_top_k(const Context&, In, In, std::int64_t, std::int64_t*) { none(); }
void count_labels(const Context&, In, std::int64_t, std::int64_t*) { none(); }
void regression_sums(const Context&, In, In, In, Out) { none(); }
void update_parameters(const Context&, const OptimizerOptions&, const UpdateArgs&) { none(); }
void add_penalties(const Context&, In, double, double, Out) { none(); }
void clip_values(const Context&, double, Out) { none(); }
void sum_squares(const Context&, In, Out, Out) { none(); }
void clip_norm(const Context&, In, double, Out) { none(); }
void limit_rows(const Context&, double, const std::uint64_t*, Out) { none(); }
void accumulate(const Context&, In, double, In, Out) { none(); }
void update_average(const Context&, const AverageUpdate&, In, Out) { none(); }

}  // namespace weir::cuda
