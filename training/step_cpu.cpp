#include "core/memory_ops.hpp"
#include "training/accept_step.hpp"

namespace weir::cpu {

void count_batch(const Context&, const double* loss, double share, StepNumbers* numbers) { count(loss, share, *numbers); }

void accept_step(const Context&, const StepAcceptance& step) { accept(step); }

void copy_unless(const Context& context, const std::uint64_t* skip, const ConstTensorView& x, const TensorView& y) {
  if (*skip == 0) copy(context, x, y);
}

}  // namespace weir::cpu
