#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include <weir/activations/functions.hpp>
#include <weir/core/tensor.hpp>

namespace {

using namespace weir;

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
Bits<T> bits(T value) {
  return __builtin_bit_cast(Bits<T>, value);
}

// The definition of ReLU as a table: inputs with the exact results. A NaN may have any payload.
template <class T>
struct Row {
  T x, forward, mask;
};

template <class T>
std::array<Row<T>, 12> table() {
  using L = std::numeric_limits<T>;
  return {{{L::quiet_NaN(), L::quiet_NaN(), 0},
           {-L::quiet_NaN(), L::quiet_NaN(), 0},
           {T(0), T(0), 0},
           {-T(0), T(0), 0},
           {L::denorm_min(), L::denorm_min(), 1},
           {-L::denorm_min(), T(0), 0},
           {L::min() / 2, L::min() / 2, 1},
           {L::max(), L::max(), 1},
           {L::lowest(), T(0), 0},
           {-L::infinity(), T(0), 0},
           {L::infinity(), L::infinity(), 1},
           {T(-0.5), T(0), 0}}};
}

template <class T>
void require_same(T got, T expected) {
  if (std::isnan(expected)) {
    CHECK(std::isnan(got));
  } else {
    CHECK(bits(got) == bits(expected));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("relu: forward and mask have the bits of the definition", T, float, double) {
  for (const Row<T>& row : table<T>()) {
    CAPTURE(row.x);
    require_same(ReLU().forward(row.x), row.forward);
    require_same(ReLU().backward(row.x, T(1)), row.mask);
  }
}

// Sixteen copies of the table, so that every row is processed by a vector loop.
TEST_CASE_TEMPLATE("relu: the array functions have the bits of the definition", T, float, double) {
  const auto rows = table<T>();
  const std::int64_t count = static_cast<std::int64_t>(rows.size());
  Tensor x(Shape{16, count}, dtype_of<T>()), y(Shape{16, count}, dtype_of<T>()), g(Shape{16, count}, dtype_of<T>());
  for (std::size_t i = 0; i < x.values<T>().size(); ++i) x.values<T>()[i] = rows[i % rows.size()].x;
  relu(x, y);
  relu_grad(x, g);
  for (std::size_t i = 0; i < x.values<T>().size(); ++i) {
    CAPTURE(rows[i % rows.size()].x);
    require_same(y.values<T>()[i], rows[i % rows.size()].forward);
    require_same(g.values<T>()[i], rows[i % rows.size()].mask);
  }
}

TEST_CASE_TEMPLATE("relu: the mask of the output is the mask of the input", T, float, double) {
  for (const Row<T>& row : table<T>()) {
    CAPTURE(row.x);
    CHECK(ReLU().backward(ReLU().forward(row.x), T(1)) == ReLU().backward(row.x, T(1)));
  }
}

TEST_CASE_TEMPLATE("relu: gradient at exactly zero is zero", T, float, double) {
  CHECK(bits(ReLU().backward(T(0), T(3))) == bits(T(0)));
  CHECK(bits(ReLU().backward(-T(0), T(3))) == bits(T(0)));
}

TEST_CASE_TEMPLATE("relu: backward selects and never multiplies", T, float, double) {
  using L = std::numeric_limits<T>;
  const std::array<T, 8> dy{L::infinity(), -L::infinity(), L::quiet_NaN(), T(-0.0), L::denorm_min(), L::max(), T(2), T(-3)};
  for (const Row<T>& row : table<T>()) {
    for (const T d : dy) {
      CAPTURE(row.x);
      CAPTURE(d);
      require_same(ReLU().backward(row.x, d), row.mask == T(1) ? d : T(0));
    }
  }
  Tensor y = Tensor::from<T>({T(0), T(1), T(0), T(1)}, Shape{2, 2}), dx(Shape{2, 2}, dtype_of<T>());
  const Tensor gradient = Tensor::from<T>({L::infinity(), L::infinity(), L::quiet_NaN(), T(-7)}, Shape{2, 2});
  relu_backward(y, gradient, dx);
  require_same(dx.values<T>()[0], T(0));
  require_same(dx.values<T>()[1], L::infinity());
  require_same(dx.values<T>()[2], T(0));
  require_same(dx.values<T>()[3], T(-7));
}
