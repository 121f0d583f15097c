// One pass of an optimizer's rule over its blocks, by the rule that the CPU uses.

#include <new>

#include "gpu/kernels/max_abs.cuh"
#include "training/optimizers/adadelta_rule.hpp"
#include "training/optimizers/adagrad_rule.hpp"
#include "training/optimizers/adam_rule.hpp"
#include "training/optimizers/adamw_rule.hpp"
#include "training/optimizers/lion_rule.hpp"
#include "training/optimizers/nadam_rule.hpp"
#include "training/optimizers/optimizer_ops.hpp"
#include "training/optimizers/radam_rule.hpp"
#include "training/optimizers/rmsprop_rule.hpp"
#include "training/optimizers/sgd_rule.hpp"

namespace weir::cuda {

namespace {

// Learning rate, step and skip are read from device memory: a recorded update sees them move.
struct Numbers {
  const double* learning_rate;
  const std::uint64_t* step;
  const std::uint64_t* skip;
  double* max_abs;
};

template <class T, int count>
struct MomentBlocks {
  T* at[count == 0 ? 1 : count];
};

// The rule of this step, made once a block: some take a power of a beta, some a product over all steps.
template <class Rule, class Options>
__device__ Rule make_rule(const Options& options, const Numbers& numbers) {
  alignas(16) __shared__ unsigned char room[sizeof(Rule)];
  if (threadIdx.x == 0) new (room) Rule(options, *numbers.learning_rate, *numbers.step);
  __syncthreads();
  return *reinterpret_cast<const Rule*>(room);
}

template <class Rule, class T, int count, std::size_t... I>
__device__ void apply(const Rule& rule, T& w, T g, const MomentBlocks<T, count>& blocks, [[maybe_unused]] std::int64_t i,
                      Magnitude<T>& max_abs, std::index_sequence<I...>) {
  T moments[] = {blocks.at[I][i]..., T(0)};
  rule(w, g, moments[I]...);
  ((blocks.at[I][i] = moments[I], max_abs.look(moments[I])), ...);
}

template <template <class> class Rule, class T, class Options>
__global__ void __launch_bounds__(block_threads)
    update_kernel(std::int64_t count, Options options, Numbers numbers, T* w, const T* g, MomentBlocks<T, Rule<T>::moments> moments) {
  if (numbers.skip != nullptr && *numbers.skip != 0) return;
  const auto rule = make_rule<Rule<T>>(options, numbers);
  Magnitude<T> max_abs;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    T value = w[i];
    apply(rule, value, g[i], moments, i, max_abs, std::make_index_sequence<Rule<T>::moments>());
    w[i] = value;
    max_abs.look(value);
  }
  if (numbers.max_abs != nullptr) max_abs.raise(numbers.max_abs);
}

template <template <class> class Rule, class Options>
void update(const Context& context, const char* op, const Options& options, const UpdateArgs& args) {
  typed(args.w.dtype(), [&](auto t) {
    using T = decltype(t);
    MomentBlocks<T, Rule<T>::moments> moments{};
    for (int i = 0; i < Rule<T>::moments; ++i) moments.at[i] = data<T>(args.moments[static_cast<std::size_t>(i)]);
    launch(context, op, update_kernel<Rule, T, Options>, grid_of(context, args.w.elements()), args.w.elements(), options,
           Numbers{args.learning_rate, args.step, args.skip, args.max_abs}, data<T>(args.w), data<T>(args.g), moments);
  });
}

}  // namespace

void sgd_update(const Context& context, const SGDOptions& options, const UpdateArgs& args) {
  args.moments.empty() ? update<SGDRule>(context, "sgd", options, args) : update<MomentumRule>(context, "sgd", options, args);
}

void adam_update(const Context& context, const AdamOptions& options, const UpdateArgs& args) {
  options.amsgrad ? update<AMSGradRule>(context, "adam", options, args) : update<AdamRule>(context, "adam", options, args);
}

void adamw_update(const Context& context, const AdamWOptions& options, const UpdateArgs& args) {
  options.amsgrad ? update<AdamWAMSGradRule>(context, "adamw", options, args) : update<AdamWRule>(context, "adamw", options, args);
}

void nadam_update(const Context& context, const NAdamOptions& options, const UpdateArgs& args) {
  update<NAdamRule>(context, "nadam", options, args);
}

void radam_update(const Context& context, const RAdamOptions& options, const UpdateArgs& args) {
  update<RAdamRule>(context, "radam", options, args);
}

void rmsprop_update(const Context& context, const RMSpropOptions& options, const UpdateArgs& args) {
  if (options.momentum == 0) {
    options.centered ? update<RMSpropCenteredRule>(context, "rmsprop", options, args)
                     : update<RMSpropRule>(context, "rmsprop", options, args);
  } else {
    options.centered ? update<RMSpropCenteredMomentumRule>(context, "rmsprop", options, args)
                     : update<RMSpropMomentumRule>(context, "rmsprop", options, args);
  }
}

void adagrad_update(const Context& context, const AdagradOptions& options, const UpdateArgs& args) {
  update<AdagradRule>(context, "adagrad", options, args);
}

void adadelta_update(const Context& context, const AdadeltaOptions& options, const UpdateArgs& args) {
  update<AdadeltaRule>(context, "adadelta", options, args);
}

void lion_update(const Context& context, const LionOptions& options, const UpdateArgs& args) {
  update<LionRule>(context, "lion", options, args);
}

}  // namespace weir::cuda
