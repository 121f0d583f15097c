#include <algorithm>

#include <doctest/doctest.h>

#include <weir/activations/functions.hpp>
#include <weir/core/tensor.hpp>

#include "activations/apply.hpp"
#include "core/cpu/stream.hpp"
#include "tests/activations/arrays.hpp"
#include "tests/support/compare.hpp"

using namespace weir;
using weir::test::bits;
using weir::test::mixed;
using weir::test::with_threads;

// All lengths and offsets, to cover the vector loop, its remainder and all alignments: results equal the functor's to the bit.
TEST_CASE_TEMPLATE("activations: bits do not depend on the place in the loop", T, float, double) {
  const Tensor x = mixed<T>(Shape{160}), dy = mixed<T>(Shape{160});
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    Tensor y(Shape{160}, dtype_of<T>()), dx(Shape{160}, dtype_of<T>()), single_y(Shape{160}, dtype_of<T>()),
        single_dx(Shape{160}, dtype_of<T>());
    for (std::size_t i = 0; i < 160; ++i) {
      cpu::apply_forward<T>(f, &x.values<T>()[i], &single_y.values<T>()[i], cpu::one_row(1));
      cpu::apply_backward<T>(f, &x.values<T>()[i], &dy.values<T>()[i], &single_dx.values<T>()[i], cpu::one_row(1));
    }
    bool same = true;
    for (std::int64_t start = 0; start < 17; ++start) {
      for (std::int64_t n = 0; n <= 130; ++n) {
        cpu::apply_forward<T>(f, x.values<T>().data() + start, y.values<T>().data() + start, cpu::one_row(n));
        cpu::apply_backward<T>(f, x.values<T>().data() + start, dy.values<T>().data() + start, dx.values<T>().data() + start,
                               cpu::one_row(n));
        same = same && bits(ConstTensorView(y).rows(start, n)) == bits(ConstTensorView(single_y).rows(start, n));
        same = same && bits(ConstTensorView(dx).rows(start, n)) == bits(ConstTensorView(single_dx).rows(start, n));
      }
    }
    CHECK(same);
  }
}

// Rows of a wider matrix: each element equals the functor's result, and the gaps between the rows stay unchanged.
TEST_CASE_TEMPLATE("activations: rows that lie apart", T, float, double) {
  const Tensor x = mixed<T>(Shape{160}), dy = mixed<T>(Shape{160});
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    for (const cpu::StridedRows& rows : {cpu::StridedRows{5, 7, 31}, cpu::StridedRows{3, 37, 40}, cpu::StridedRows{2, 64, 80},
                                         cpu::StridedRows{4, 30, 30}, cpu::StridedRows{0, 5, 9}}) {
      Tensor y = x.clone(), dx = x.clone(), expected_y = x.clone(), expected_dx = x.clone();
      for (std::int64_t i = 0; i < rows.count * rows.stride; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (i % rows.stride >= rows.length) continue;
        cpu::apply_forward<T>(f, &x.values<T>()[at], &expected_y.values<T>()[at], cpu::one_row(1));
        cpu::apply_backward<T>(f, &x.values<T>()[at], &dy.values<T>()[at], &expected_dx.values<T>()[at], cpu::one_row(1));
      }
      cpu::apply_forward<T>(f, x.values<T>().data(), y.values<T>().data(), rows);
      cpu::apply_backward<T>(f, x.values<T>().data(), dy.values<T>().data(), dx.values<T>().data(), rows);
      CHECK(bits(y) == bits(expected_y));
      CHECK(bits(dx) == bits(expected_dx));
    }
  }
}

TEST_CASE_TEMPLATE("activations: a range of rows is written and nothing beside it", T, float, double) {
  const Tensor x = mixed<T>(Shape{5, 37});
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    Tensor whole(Shape{5, 37}, dtype_of<T>()), part(Shape{5, 37}, dtype_of<T>());
    activate(f, x, whole);
    fill(part, 77);
    activate(f, x.view().rows(1, 3), part.view().rows(1, 3));
    CHECK(bits(part.view().rows(1, 3)) == bits(whole.view().rows(1, 3)));
    for (const std::int64_t row : {0, 4}) {
      for (const T value : part.view().rows(row, 1).template values<T>()) CHECK(value == T(77));
    }
  }
}

TEST_CASE_TEMPLATE("activations: in place gives the same bits", T, float, double) {
  const Tensor x = mixed<T>(Shape{3, 20001}), dy = mixed<T>(Shape{3, 20001});
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    Tensor y(x.shape(), x.dtype()), dx(x.shape(), x.dtype());
    activate(f, x, y);
    Tensor y_in_place = x.clone();
    activate(f, y_in_place, y_in_place);
    CHECK(bits(y_in_place) == bits(y));

    activate_backward(f, x, dy, dx);
    Tensor over_dy = dy.clone(), over_x = x.clone();
    activate_backward(f, x, over_dy, over_dy);
    CHECK(bits(over_dy) == bits(dx));
    activate_backward(f, over_x, dy, over_x);
    CHECK(bits(over_x) == bits(dx));
  }
}

TEST_CASE_TEMPLATE("activations: bits do not depend on the number of threads", T, float, double) {
  for (const std::int64_t count : {16385, 100003}) {
    const Tensor x = mixed<T>(Shape{count}), dy = mixed<T>(Shape{count});
    for (const ActivationFunction& f : all_activations()) {
      CAPTURE(name(f));
      Tensor y(x.shape(), x.dtype()), dx(x.shape(), x.dtype());
      activate(with_threads(1), f, x, y);
      activate_backward(with_threads(1), f, x, dy, dx);
      for (const int threads : {2, 3, 7}) {
        Tensor other_y(x.shape(), x.dtype()), other_dx(x.shape(), x.dtype());
        activate(with_threads(threads), f, x, other_y);
        activate_backward(with_threads(threads), f, x, dy, other_dx);
        CHECK(bits(other_y) == bits(y));
        CHECK(bits(other_dx) == bits(dx));
      }
    }
  }
}

TEST_CASE("activations: correct inside a parallel region of the callers") {
  const Tensor x = mixed<float>(Shape{8, 40000}), ones = [] {
    Tensor result(Shape{8, 40000});
    fill(result, 1);
    return result;
  }();
  Tensor y(x.shape()), dx(x.shape()), region_y(x.shape()), region_dx(x.shape());
  activate(Tanh(), x, y);
  activate_backward(Tanh(), y, ones, dx);
#pragma omp parallel for num_threads(4)
  for (std::int64_t row = 0; row < 8; ++row) {
    activate(Tanh(), x.view().rows(row, 1), region_y.view().rows(row, 1));
    activate_backward(Tanh(), region_y.view().rows(row, 1), ones.view().rows(row, 1), region_dx.view().rows(row, 1));
  }
  CHECK(bits(region_y) == bits(y));
  CHECK(bits(region_dx) == bits(dx));
}

TEST_CASE_TEMPLATE("relu: the functions named after it are those of the list", T, float, double) {
  const Tensor x = mixed<T>(Shape{4, 9000}), dy = mixed<T>(Shape{4, 9000});
  Tensor a(x.shape(), x.dtype()), b(x.shape(), x.dtype()), one(x.shape(), x.dtype());
  relu(x, a);
  activate(ReLU(), x, b);
  CHECK(bits(a) == bits(b));
  relu(with_threads(2), x, a);
  CHECK(bits(a) == bits(b));
  relu_backward(b, dy, a);
  activate_backward(ReLU(), x, dy, b);
  CHECK(bits(a) == bits(b));
  fill(one, 1);
  relu_grad(x, a);
  relu_backward(x, one, b);
  CHECK(bits(a) == bits(b));
  relu_grad(with_threads(2), x, b);
  CHECK(bits(a) == bits(b));
}

// Large results use prefetching, still larger ones non-temporal stores (Store in apply.hpp); small ones, tested above, use neither.
TEST_CASE_TEMPLATE("activations: large arrays have the bits of their parts", T, float, double) {
  const Context context = with_threads(1);
  const std::int64_t fetched = 300'000 + 37, part = 10'000;
  const auto streamed = static_cast<std::int64_t>(cpu::stream_bytes_most / (2 * sizeof(T))) + 1003;
  REQUIRE(cpu::worth_fetching(2 * fetched * sizeof(T), 1));
  REQUIRE(!cpu::worth_streaming(3 * fetched * sizeof(T), 1));
  REQUIRE(!cpu::worth_fetching(3 * part * sizeof(T), 1));
  for (const std::int64_t rows : {fetched, streamed}) {
    for (const std::int64_t start : {0, 1, 3, 14}) {
      CAPTURE(rows);
      CAPTURE(start);
      const Tensor whole = mixed<T>(Shape{rows + start});
      const ConstTensorView x = whole.view().rows(start, rows);
      Tensor large(Shape{rows + start + 100}, dtype_of<T>()), parts(Shape{rows + start + 100}, dtype_of<T>());
      const TensorView y = large.view().rows(start, rows), expected = parts.view().rows(start, rows);
      const auto check = [&](auto op) {
        op(x, y);
        for (std::int64_t at = 0; at < rows; at += part)
          op(x.rows(at, std::min(part, rows - at)), expected.rows(at, std::min(part, rows - at)));
        CHECK(bits(ConstTensorView(large)) == bits(ConstTensorView(parts)));
      };
      check([&](ConstTensorView from, TensorView to) { relu(context, from, to); });
      check([&](ConstTensorView from, TensorView to) { relu_grad(context, from, to); });
      check([&](ConstTensorView from, TensorView to) { relu_backward(context, from, from, to); });
    }
  }
}

TEST_CASE("activations: nothing to do is done") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    Tensor x(Shape{0, 7}, dtype), y(Shape{0, 7}, dtype);
    for (const ActivationFunction& f : all_activations()) {
      CHECK_NOTHROW(activate(f, x, y));
      CHECK_NOTHROW(activate_backward(f, x, y, y));
    }
    CHECK_NOTHROW(relu_grad(x, y));
  }
  CHECK_NOTHROW(relu(ConstTensorView(), TensorView()));
}

TEST_CASE("activations: a single number is an array too") {
  const Tensor x = Tensor::from({-2.0F}, Shape{});
  Tensor y{Shape{}};
  activate(LeakyReLU{.negative_slope = 0.5}, x, y);
  CHECK(y.values<float>()[0] == -1.0F);
}

TEST_CASE("activations: identity reads nothing but dy") {
  const Tensor dy = mixed<float>(Shape{3, 5});
  Tensor dx(Shape{3, 5});
  activate_backward(Identity(), ConstTensorView(), dy, dx);
  CHECK(bits(dx) == bits(dy));
}
