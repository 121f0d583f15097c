#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

namespace weir {

// The sizes of a tensor's dimensions (extents), row-major, outermost first: {28, 28}. {} is a scalar. A small value without allocation.
// The constructor throws ShapeError for more than max_rank extents, a negative extent, or a product that does not fit std::int64_t.
class Shape {
 public:
  static constexpr std::size_t max_rank = 8;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents);
  explicit Shape(std::span<const std::int64_t> extents);

  std::size_t rank() const { return rank_; }
  std::int64_t operator[](std::size_t axis) const { return extents_[axis]; }  // axis < rank()
  std::int64_t last() const;                                                  // the last extent; ShapeError for {}
  std::int64_t elements() const { return elements_; }                         // the product; 1 for {}
  std::span<const std::int64_t> extents() const& { return {extents_.data(), rank_}; }
  std::span<const std::int64_t> extents() const&& = delete;  // the view would outlive a temporary

  Shape with_front(std::int64_t extent) const;  // {28, 28} -> {extent, 28, 28}
  Shape without_front() const;                  // {64, 28, 28} -> {28, 28}; ShapeError for {}
  Shape with_last(std::int64_t extent) const;   // {28, 28} -> {28, extent}; ShapeError for {}

  friend bool operator==(const Shape& a, const Shape& b) = default;

 private:
  std::array<std::int64_t, max_rank> extents_{};
  std::size_t rank_ = 0;
  std::int64_t elements_ = 1;
};

// "[28, 28]", "[]".
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace weir
