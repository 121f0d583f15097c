#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "core/cpu/vectorized.hpp"
#include "core/max_abs.hpp"
#include "core/typed.hpp"
#include "training/optimizers/rules.hpp"

namespace weir::cpu {

namespace {

constexpr std::int64_t update_tile = 2048;  // elements

// Applies a rule to one tile, with as many moments as it has. Returns max abs of what it wrote, which costs at most a few percent of the
// time for memory traffic.
template <class Rule, class T, class... M>
double apply_rule_to(const Rule& rule, std::int64_t n, T* __restrict w, const T* __restrict g, M* __restrict... moments) {
  AbsBits<T> max_abs = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    rule(w[i], g[i], moments[i]...);
    max_abs = std::max({max_abs, abs_bits(w[i]), abs_bits(moments[i])...});
  }
  return static_cast<double>(std::bit_cast<T>(max_abs));
}

template <class Rule, class T, class Options>
void apply_rule(const Context& context, const Options& options, const UpdateArgs& args) {
  const Rule rule(options, *args.learning_rate, *args.step);
  const std::int64_t count = args.w.elements();
  vectorized_for(context, ceil_div(count, update_tile), [&](std::int64_t tile) {
    const std::int64_t begin = tile * update_tile, n = std::min(update_tile, count - begin);
    const double max_abs = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return apply_rule_to(rule, n, data<T>(args.w) + begin, data<T>(args.g) + begin, data<T>(args.moments[I]) + begin...);
    }
    (std::make_index_sequence<moment_count<Rule>>{});
    if (args.max_abs) raise_max_abs(args.max_abs, max_abs);
  });
}

}  // namespace

void update_parameters(const Context& context, const OptimizerOptions& options, const UpdateArgs& args) {
  if (args.skip != nullptr && *args.skip != 0) return;
  std::visit(
      [&](const auto& given) {
        with_rule(given, [&](auto rule) {
          typed(args.w.dtype(), [&]<class T>(T) { apply_rule<typename decltype(rule)::template For<T>, T>(context, given, args); });
        });
      },
      options);
}

}  // namespace weir::cpu
