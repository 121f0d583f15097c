// In a build without CUDA every device operation throws. Define nothing else here: a test program that defines all of them itself, for its
// fake device, then needs no symbol of this file, and the linker leaves it out.

#include <string>
#include <weir/core/error.hpp>

#include "gpu/runtime/runtime.hpp"

namespace weir::cuda {

namespace {

[[noreturn]] void none() { throw DeviceError("cuda: " + std::string(built_in_runtime().missing) + "."); }

}  // namespace

}  // namespace weir::cuda

// Defines the operation where the headers below declare it.
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define WEIR_OPERATION(name, ...)                            \
  namespace cuda {                                           \
  void name(const Context& context, __VA_ARGS__) { none(); } \
  }

#include "activations/activation_ops.hpp"
#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"
#include "data/gather.hpp"
#include "layers/add_multiply_ops.hpp"
#include "layers/batch_norm_ops.hpp"
#include "layers/concat_ops.hpp"
#include "layers/dense_ops.hpp"
#include "layers/dropout_ops.hpp"
#include "layers/embedding_ops.hpp"
#include "layers/losses/class_targets_ops.hpp"
#include "layers/losses/elementwise_loss_ops.hpp"
#include "layers/losses/multi_margin_ops.hpp"
#include "layers/losses/softmax_cross_entropy_ops.hpp"
#include "layers/prelu_ops.hpp"
#include "layers/row_norm_ops.hpp"
#include "layers/softmax_ops.hpp"
#include "training/check_ops.hpp"
#include "training/gradient_ops.hpp"
#include "training/optimizers/rules.hpp"
#include "training/step_ops.hpp"

namespace weir::cuda {

// Those without a version for the CPU.
void count_batch(const Context&, const double*, double, StepNumbers*) { none(); }
void accept_step(const Context&, const StepAcceptance&) { none(); }
void copy_unless(const Context&, const std::uint64_t*, const ConstTensorView&, const TensorView&) { none(); }

}  // namespace weir::cuda
