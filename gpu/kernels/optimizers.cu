// One pass of an optimizer's rule over its blocks, by the rule that the CPU uses.

#include <new>

#include "gpu/kernels/max_abs.cuh"
#include "training/optimizers/rules.hpp"

namespace weir::cuda {

namespace {

// Learning rate, step and skip are read from device memory: a recorded update sees them move.
struct Numbers {
  const double* learning_rate;
  const std::uint64_t* step;
  const std::uint64_t* skip;
  double* max_abs;
};

template <class T, std::size_t count>
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

template <class Rule, class T, std::size_t count, std::size_t... I>
__device__ void apply(const Rule& rule, T& w, T g, const MomentBlocks<T, count>& blocks, [[maybe_unused]] std::int64_t i,
                      Magnitude<T>& max_abs, std::index_sequence<I...>) {
  T moments[] = {blocks.at[I][i]..., T(0)};
  rule(w, g, moments[I]...);
  ((blocks.at[I][i] = moments[I], max_abs.look(moments[I])), ...);
}

template <class Rule, class T, class Options>
__global__ void __launch_bounds__(block_threads)
    update_kernel(std::int64_t count, Options options, Numbers numbers, T* w, const T* g, MomentBlocks<T, moment_count<Rule>> moments) {
  if (numbers.skip != nullptr && *numbers.skip != 0) return;
  const auto rule = make_rule<Rule>(options, numbers);
  Magnitude<T> max_abs;
  for (std::int64_t i = thread_index(); i < count; i += thread_count()) {
    T value = w[i];
    apply(rule, value, g[i], moments, i, max_abs, std::make_index_sequence<moment_count<Rule>>());
    w[i] = value;
    max_abs.look(value);
  }
  if (numbers.max_abs != nullptr) max_abs.raise(numbers.max_abs);
}

template <class Rule, class T, class Options>
void launch_update(const Context& context, const Options& options, const UpdateArgs& args) {
  MomentBlocks<T, moment_count<Rule>> moments{};
  for (std::size_t i = moment_count<Rule>; i-- > 0;) moments.at[i] = data<T>(args.moments[i]);
  launch(context, Options::name.data(), update_kernel<Rule, T, Options>, grid_of(context, args.w.elements()), args.w.elements(), options,
         Numbers{args.learning_rate, args.step, args.skip, args.max_abs}, data<T>(args.w), data<T>(args.g), moments);
}

}  // namespace

void update_parameters(const Context& context, const OptimizerOptions& options, const UpdateArgs& args) {
  std::visit(
      [&](const auto& given) {
        with_rule(given, [&](auto rule) {
          typed(args.w.dtype(), [&]<class T>(T) { launch_update<typename decltype(rule)::template For<T>, T>(context, given, args); });
        });
      },
      options);
}

}  // namespace weir::cuda
