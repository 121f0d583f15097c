#include <limits>
#include <ostream>

#include <weir/core/error.hpp>
#include <weir/core/shape.hpp>

namespace weir {

Shape::Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const std::int64_t> extents) {
  if (extents.size() > max_rank) {
    throw ShapeError("shape: has " + std::to_string(extents.size()) + " extents, at most " + std::to_string(max_rank) +
                     " are possible. Flatten some of them.");
  }
  bool zero = false;
  for (const std::int64_t extent : extents) {
    if (extent < 0) throw ShapeError("shape: has an extent of " + std::to_string(extent) + ", expected 0 or more.");
    zero = zero || extent == 0;
  }
  for (const std::int64_t extent : extents) {
    if (!zero && extent > std::numeric_limits<std::int64_t>::max() / elements_) {
      throw ShapeError("shape: the product of its extents does not fit 64 bits. Use smaller extents.");
    }
    if (!zero) elements_ *= extent;
    extents_[rank_++] = extent;
  }
  if (zero) elements_ = 0;
}

std::int64_t Shape::last() const {
  if (rank_ == 0) throw ShapeError("shape: [] has no last dimension, expected at least one.");
  return extents_[rank_ - 1];
}

Shape Shape::with_front(std::int64_t extent) const {
  if (rank_ == max_rank) {
    throw ShapeError("shape: " + to_string(*this) + " has " + std::to_string(rank_) + " extents already and cannot take a batch in front.");
  }
  std::array<std::int64_t, max_rank> extents{};
  extents[0] = extent;
  for (std::size_t i = 0; i < rank_; ++i) extents[i + 1] = extents_[i];
  return Shape(std::span<const std::int64_t>(extents.data(), rank_ + 1));
}

Shape Shape::without_front() const {
  if (rank_ == 0) throw ShapeError("shape: [] has no first dimension, expected at least one.");
  return Shape(extents().subspan(1));
}

Shape Shape::with_last(std::int64_t extent) const {
  if (rank_ == 0) throw ShapeError("shape: [] has no last dimension, expected at least one.");
  auto extents = extents_;
  extents[rank_ - 1] = extent;
  return Shape(std::span<const std::int64_t>(extents.data(), rank_));
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.rank(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << to_string(shape); }

}  // namespace weir
