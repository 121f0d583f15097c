#include <weir/core/loss.hpp>

namespace weir {

void Loss::check_targets(const Shape&, const ConstTensorView&) const {}

double Loss::divisor(const Shape&, const ConstTensorView& targets) const { return static_cast<double>(targets.shape()[0]); }

std::optional<Classification> Loss::classification(const Shape&, const Shape&) const { return {}; }

}  // namespace weir
