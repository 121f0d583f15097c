#include <weir/core/layer.hpp>

#include <weir/core/loss.hpp>

namespace weir {

DType dtype_for(Storage storage, DType compute) {
  return storage == Storage::compute ? compute : storage == Storage::u8 ? DType::u8 : DType::i32;
}

std::string Layer::describe() const { return weir::describe(type(), config()); }
std::unique_ptr<Layer> Layer::absorb(const Layer&) const { return nullptr; }
void Layer::check_input(std::size_t, const ConstTensorView&) const {}
std::int64_t Layer::least_training_batch(std::span<const Shape>) const { return 1; }
std::int64_t Layer::multiply_adds(std::span<const Shape>) const { return 0; }

void Loss::check_targets(const Shape&, const ConstTensorView&) const {}

double Loss::divisor(const Shape&, const ConstTensorView& targets) const { return static_cast<double>(targets.shape()[0]); }

std::optional<Classification> Loss::classification(const Shape&, const Shape&) const { return {}; }

}  // namespace weir
