// The operations of the stand-in device: each enqueues its CPU version on the stand-in's queue. Linked instead of gpu/no_cuda.cpp, so it
// must define every operation that is defined there.

#include <type_traits>
#include <vector>

#include "activations/activation_ops.hpp"
#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"
#include "data/gather.hpp"
#include "gpu/runtime/runtime.hpp"
#include "gpu/runtime/stream.hpp"
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
#include "tests/gpu/stand_in.hpp"
#include "training/accept_step.hpp"
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

// A copy of an argument, for an operation that runs later. Structs are copied as a whole. Spans of views are copied too, because the caller
// reuses them; a span of numbers inside a struct belongs to a layer, which outlives the step.
template <class T>
T held(const T& value) {
  return value;
}
template <class T>
std::vector<std::remove_const_t<T>> held(const std::span<T>& list) {
  return {list.begin(), list.end()};
}
struct HeldUpdate {
  UpdateArgs args;
  std::vector<TensorView> moments{args.moments.begin(), args.moments.end()};
  operator UpdateArgs() const {
    UpdateArgs result = args;
    result.moments = moments;
    return result;
  }
};
HeldUpdate held(const UpdateArgs& args) { return {args}; }

// Enqueues cpu_twin(context, args...) with a context of the CPU. The views' device is still CUDA, which operations do not check.
template <class... P, class... A>
void run(void (*cpu_twin)(const Context&, P...), const Context& context, const A&... args) {
  require_usable();
  Context host = context;
  host.device = Device::cpu();
  check(test::StandIn::run([=, ... kept = held(args)] { cpu_twin(host, kept...); }, queue_of(context)), "an operation");
}

// Operations that exist only for devices (see training/step_ops.hpp), computed as their kernels do.
void count_batch_on_host(const Context&, const double* loss, double share, StepNumbers* numbers) { count(loss, share, *numbers); }
void accept_step_on_host(const Context&, const StepAcceptance& step) { accept(step); }
void copy_unless_on_host(const Context& context, const std::uint64_t* skip, In x, Out y) {
  if (*skip == 0) cpu::copy(context, x, y);
}

}  // namespace

void fill(const Context& c, Out y, double value) { run(cpu::fill, c, y, value); }
void write_number(const Context& c, std::uint64_t* where, std::uint64_t value) { run(cpu::write_number, c, where, value); }

void matmul(const Context& c, In a, In b, Out y, const MatmulOptions& o) { run(cpu::matmul, c, a, b, y, o); }
void reduce_sum(const Context& c, In x, Out y) { run(cpu::reduce_sum, c, x, y); }
void add(const Context& c, In a, In b, Out y) { run(cpu::add, c, a, b, y); }
void set_loss_gradient(const Context& c, In weights, double weight, Out dy) { run(cpu::set_loss_gradient, c, weights, weight, dy); }
void accumulate_loss(const Context& c, In y, In weights, double weight, Out sum) { run(cpu::accumulate_loss, c, y, weights, weight, sum); }

void activate(const Context& c, const ActivationFunction& f, In x, Out y) { run(cpu::activate, c, f, x, y); }
void activate_backward(const Context& c, const ActivationFunction& f, In x_or_y, In dy, Out dx) {
  run(cpu::activate_backward, c, f, x_or_y, dy, dx);
}
void relu_grad(const Context& c, In x, Out g) { run(cpu::relu_grad, c, x, g); }

void add_forward(const Context& c, Ins x, Out y) { run(cpu::add_forward, c, x, y); }
void batch_norm_forward(const Context& c, const BatchNormForward& args) { run(cpu::batch_norm_forward, c, args); }
void batch_norm_backward(const Context& c, const BatchNormBackward& args) { run(cpu::batch_norm_backward, c, args); }
void class_targets(const Context& c, const ClassTargets& options, In t, Out to) { run(cpu::class_targets, c, options, t, to); }
void concat(const Context& c, Ins parts, Out whole) { run(cpu::concat, c, parts, whole); }
void split(const Context& c, In whole, Ins shapes, Outs parts) { run(cpu::split, c, whole, shapes, parts); }
void dense_forward(const Context& c, const DenseForward& args) { run(cpu::dense_forward, c, args); }
void dense_backward(const Context& c, const DenseBackward& args) { run(cpu::dense_backward, c, args); }
void dropout_forward(const Context& c, double p, In x, Out y, Out kept) { run(cpu::dropout_forward, c, p, x, y, kept); }
void dropout_backward(const Context& c, double p, In kept, In dy, Out dx) { run(cpu::dropout_backward, c, p, kept, dy, dx); }
void elementwise_loss_forward(const Context& c, const AnyTerm& term, const TermScale& scale, In x, In t, Out y) {
  run(cpu::elementwise_loss_forward, c, term, scale, x, t, y);
}
void elementwise_loss_backward(const Context& c, const AnyTerm& term, const TermScale& scale, In x, In t, In dy, Out dx, Out dt) {
  run(cpu::elementwise_loss_backward, c, term, scale, x, t, dy, dx, dt);
}
void embedding_forward(const Context& c, In x, In weight, Out y) { run(cpu::embedding_forward, c, x, weight, y); }
void embedding_backward(const Context& c, In x, In dy, Out dweight) { run(cpu::embedding_backward, c, x, dy, dweight); }
void multi_margin_forward(const Context& c, const MultiMarginTerm& term, In x, In labels, Out y) {
  run(cpu::multi_margin_forward, c, term, x, labels, y);
}
void multi_margin_backward(const Context& c, const MultiMarginTerm& term, In x, In labels, In dy, Out dx) {
  run(cpu::multi_margin_backward, c, term, x, labels, dy, dx);
}
void multiply_forward(const Context& c, Ins x, Out y) { run(cpu::multiply_forward, c, x, y); }
void multiply_backward(const Context& c, Ins x, In dy, Outs dx) { run(cpu::multiply_backward, c, x, dy, dx); }
void prelu_forward(const Context& c, In x, In w, Out y) { run(cpu::prelu_forward, c, x, w, y); }
void prelu_backward(const Context& c, In x, In w, In dy, Out partial_sums, Out dx, Out dw) {
  run(cpu::prelu_backward, c, x, w, dy, partial_sums, dx, dw);
}
void row_norm_forward(const Context& c, const RowNormForward& args) { run(cpu::row_norm_forward, c, args); }
void row_norm_backward(const Context& c, const RowNormBackward& args) { run(cpu::row_norm_backward, c, args); }
void softmax_forward(const Context& c, In x, Out y) { run(cpu::softmax_forward, c, x, y); }
void softmax_backward(const Context& c, In y, In dy, Out dx) { run(cpu::softmax_backward, c, y, dy, dx); }
void log_softmax_forward(const Context& c, In x, Out y) { run(cpu::log_softmax_forward, c, x, y); }
void log_softmax_backward(const Context& c, In y, In dy, Out dx) { run(cpu::log_softmax_backward, c, y, dy, dx); }
void softmax_cross_entropy_forward(const Context& c, In x, In t, Out y, Out e, Out rows) {
  run(cpu::softmax_cross_entropy_forward, c, x, t, y, e, rows);
}
void softmax_cross_entropy_backward(const Context& c, In x, In t, In e, In rows, In dy, Out dx, Out dt) {
  run(cpu::softmax_cross_entropy_backward, c, x, t, e, rows, dy, dx, dt);
}
void weighted_logits_forward(const Context& c, std::span<const double> pos_weight, const TermScale& scale, In x, In t, Out y) {
  run(cpu::weighted_logits_forward, c, pos_weight, scale, x, t, y);
}
void weighted_logits_backward(const Context& c, std::span<const double> pos_weight, const TermScale& scale, In x, In t, In dy, Out dx,
                              Out dt) {
  run(cpu::weighted_logits_backward, c, pos_weight, scale, x, t, dy, dx, dt);
}

void gather(const Context& c, In from, double divisor, In order, Out to) { run(cpu::gather, c, from, divisor, order, to); }
void gather_batch(const Context& c, In from, double divisor, In order, const std::uint64_t* index, std::int64_t batch, Out to) {
  run(cpu::gather_batch, c, from, divisor, order, index, batch, to);
}

void count_batch(const Context& c, const double* loss, double share, StepNumbers* numbers) {
  run(count_batch_on_host, c, loss, share, numbers);
}
void accept_step(const Context& c, const StepAcceptance& step) { run(accept_step_on_host, c, step); }
void copy_unless(const Context& c, const std::uint64_t* skip, In x, Out y) { run(copy_unless_on_host, c, skip, x, y); }
void max_abs(const Context& c, In x, double* max_abs) { run(cpu::max_abs, c, x, max_abs); }
void count_correct(const Context& c, const Classification& how, In y, In t, std::int64_t* correct) {
  run(cpu::count_correct, c, how, y, t, correct);
}
void count_confusion(const Context& c, const Classification& how, In y, In t, std::int64_t* counts) {
  run(cpu::count_confusion, c, how, y, t, counts);
}
void count_top_k(const Context& c, In y, In labels, std::int64_t k, std::int64_t* correct) {
  run(cpu::count_top_k, c, y, labels, k, correct);
}
void count_labels(const Context& c, In labels, std::int64_t classes, std::int64_t* count) {
  run(cpu::count_labels, c, labels, classes, count);
}
void regression_sums(const Context& c, In x, In t, In centre, Out sums) { run(cpu::regression_sums, c, x, t, centre, sums); }
void update_parameters(const Context& c, const OptimizerOptions& options, const UpdateArgs& args) {
  run(cpu::update_parameters, c, options, args);
}
void add_penalties(const Context& c, In w, double l1, double l2, Out g) { run(cpu::add_penalties, c, w, l1, l2, g); }
void clip_values(const Context& c, double limit, Out g) { run(cpu::clip_values, c, limit, g); }
void sum_squares(const Context& c, In x, Out partial, Out sum) { run(cpu::sum_squares, c, x, partial, sum); }
void clip_norm(const Context& c, In sums, double limit, Out g) { run(cpu::clip_norm, c, sums, limit, g); }
void limit_rows(const Context& c, double limit, const std::uint64_t* skip, Out w) { run(cpu::limit_rows, c, limit, skip, w); }
void accumulate(const Context& c, In a, double factor, In x, Out y) { run(cpu::accumulate, c, a, factor, x, y); }
void update_average(const Context& c, const AverageUpdate& update, In w, Out average) { run(cpu::update_average, c, update, w, average); }

}  // namespace weir::cuda
