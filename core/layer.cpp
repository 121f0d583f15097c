#include <weir/core/layer.hpp>

namespace weir {

std::unique_ptr<Layer> Layer::absorb(const Layer&) const { return nullptr; }

}  // namespace weir
