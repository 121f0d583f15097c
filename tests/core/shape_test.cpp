#include <doctest/doctest.h>

#include <weir/core/error.hpp>
#include <weir/core/shape.hpp>

using weir::Shape;

TEST_CASE("shape: elements are the product of the extents") {
  CHECK(Shape{}.elements() == 1);
  CHECK(Shape{28, 28}.elements() == 784);
  CHECK(Shape{3, 0, 5}.elements() == 0);
  CHECK(weir::to_string(Shape{28, 28}) == "[28, 28]");
  CHECK(weir::to_string(Shape{}) == "[]");
}

TEST_CASE("shape: a batch goes in front and comes off again") {
  CHECK(Shape{28, 28}.with_front(64) == Shape{64, 28, 28});
  CHECK(Shape{64, 28, 28}.without_front() == Shape{28, 28});
  CHECK(Shape{28, 28}.with_last(10) == Shape{28, 10});
  CHECK(Shape{28, 28} != Shape{28, 28, 1});
}

TEST_CASE("shape: bad extents are refused with the numbers") {
  CHECK_THROWS_WITH_AS((Shape{3, -1}), "shape: has an extent of -1, expected 0 or more.", weir::ShapeError);
  CHECK_THROWS_WITH_AS((Shape{1LL << 40, 1LL << 40}), "shape: the product of its extents does not fit 64 bits. Use smaller extents.",
                       weir::ShapeError);
  CHECK((Shape{1LL << 40, 1LL << 40, 0}).elements() == 0);
  CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), "shape: has 9 extents, at most 8 are possible. Flatten some of them.",
                       weir::ShapeError);
  CHECK_THROWS_WITH_AS(Shape{}.last(), "shape: [] has no last dimension, expected at least one.", weir::ShapeError);
  CHECK_THROWS_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1}.with_front(2)), weir::ShapeError);
}
