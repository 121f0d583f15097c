// What a build without CUDA links in place of the .cu files: every device operation says so.

#include <weir/core/error.hpp>

#include "activations/activation_ops.hpp"
#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"
#include "data/gather.hpp"
#include "layers/add_ops.hpp"
#include "layers/concat_ops.hpp"
#include "layers/dense_ops.hpp"
#include "layers/mean_squared_error_ops.hpp"
#include "layers/softmax_cross_entropy_ops.hpp"
#include "training/check_ops.hpp"
#include "training/gradient_ops.hpp"
#include "training/optimizer_ops.hpp"

namespace weir::cuda {

namespace {

constexpr const char* reason =
    "built without CUDA: configure with -DWEIR_CUDA=ON where the CUDA Toolkit is installed, or use Device::cpu()";

[[noreturn]] void refuse() { throw DeviceError(std::string("cuda: ") + reason + "."); }

using In = const ConstTensorView&;
using Ins = std::span<const ConstTensorView>;
using Out = const TensorView&;
using Outs = std::span<const TensorView>;

}  // namespace

int device_count() noexcept { return 0; }
const char* status() noexcept { return reason; }

Allocation allocate(Device, std::size_t) { refuse(); }
void copy(const Context&, In, Out) { refuse(); }
void fill(const Context&, Out, double) { refuse(); }

void matmul(const Context&, In, In, Out, const MatmulOptions&) { refuse(); }
void reduce_sum(const Context&, In, Out) { refuse(); }
void add(const Context&, In, In, Out) { refuse(); }
void set_loss_gradient(const Context&, In, double, Out) { refuse(); }
void accumulate_loss(const Context&, In, In, double, Out) { refuse(); }

void activate(const Context&, const ActivationFunction&, In, Out) { refuse(); }
void activate_backward(const Context&, const ActivationFunction&, In, In, Out) { refuse(); }
void relu_grad(const Context&, In, Out) { refuse(); }

void add_forward(const Context&, Ins, Out) { refuse(); }
void concat(const Context&, Ins, Out) { refuse(); }
void split(const Context&, In, Ins, Outs) { refuse(); }
void dense_forward(const Context&, const DenseForward&) { refuse(); }
void dense_backward(const Context&, const DenseBackward&) { refuse(); }
void mean_squared_error_forward(const Context&, In, In, Out) { refuse(); }
void mean_squared_error_backward(const Context&, In, In, In, Out, Out) { refuse(); }
void softmax_cross_entropy_forward(const Context&, In, In, Out, Out, Out) { refuse(); }
void softmax_cross_entropy_backward(const Context&, In, In, In, In, In, Out, Out) { refuse(); }

void gather(const Context&, In, double, In, Out) { refuse(); }

void max_abs(const Context&, In, double*) { refuse(); }
void count_correct(const Context&, In, In, std::int64_t*) { refuse(); }
void count_confusion(const Context&, In, In, std::int64_t*) { refuse(); }
void sgd_update(const Context&, const SGDOptions&, const UpdateArgs&) { refuse(); }
void adam_update(const Context&, const AdamOptions&, const UpdateArgs&) { refuse(); }
void adamw_update(const Context&, const AdamWOptions&, const UpdateArgs&) { refuse(); }
void nadam_update(const Context&, const NAdamOptions&, const UpdateArgs&) { refuse(); }
void radam_update(const Context&, const RAdamOptions&, const UpdateArgs&) { refuse(); }
void rmsprop_update(const Context&, const RMSpropOptions&, const UpdateArgs&) { refuse(); }
void adagrad_update(const Context&, const AdagradOptions&, const UpdateArgs&) { refuse(); }
void adadelta_update(const Context&, const AdadeltaOptions&, const UpdateArgs&) { refuse(); }
void lion_update(const Context&, const LionOptions&, const UpdateArgs&) { refuse(); }
void add_penalties(const Context&, In, double, double, Out) { refuse(); }
void clip_values(const Context&, double, Out) { refuse(); }
void sum_squares(const Context&, In, Out, Out) { refuse(); }
void clip_norm(const Context&, In, double, Out) { refuse(); }
void limit_rows(const Context&, double, Out) { refuse(); }
void accumulate(const Context&, In, double, bool, Out) { refuse(); }

}  // namespace weir::cuda
