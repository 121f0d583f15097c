#include <weir/training/optimizer.hpp>

namespace weir {

std::string Optimizer::describe() const { return weir::describe(type(), config()); }

std::shared_ptr<const Optimizer> Optimizer::with_weight_decay(double) const { return nullptr; }

double Optimizer::safe_magnitude(DType) const { return 0; }

}  // namespace weir
