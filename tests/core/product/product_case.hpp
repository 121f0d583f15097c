#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>
#include <random>
#include <vector>

#include "core/cpu/instruction_set.hpp"
#include "core/product/product.hpp"
#include "tests/support/guarded_matrix.hpp"

namespace weir::test {

struct Sizes {
  std::int64_t m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
  std::int64_t gap = 0;  // extra floats between the rows of a and b, one more in c
};

inline std::ostream& operator<<(std::ostream& out, const Sizes& s) {
  return out << s.m << " x " << s.n << ", k " << s.k << ", "
             << "NT"[s.transpose_a] << "NT"[s.transpose_b] << ", gap " << s.gap;
}

// Loops over the processor's instruction sets and generic (Eigen); restores the one in use at the end.
class EveryInstructionSet {
 public:
  EveryInstructionSet() : before_(cpu::instruction_set()) {}
  ~EveryInstructionSet() { cpu::use_instruction_set(before_); }
  EveryInstructionSet(const EveryInstructionSet&) = delete;
  EveryInstructionSet& operator=(const EveryInstructionSet&) = delete;

  template <class F>
  void run(F&& f) const {
    for (const cpu::InstructionSet set : cpu::instruction_sets()) {
      cpu::use_instruction_set(set);
      f(set);
    }
  }

 private:
  cpu::InstructionSet before_;
};

// Operands and a bias in guarded memory, c filled with garbage, and the product computed in double.
class ProductCase {
 public:
  explicit ProductCase(const Sizes& sizes, GuardedMatrix::At at = GuardedMatrix::At::end)
      : s(sizes),
        a(s.transpose_a ? s.k : s.m, s.transpose_a ? s.m : s.k, (s.transpose_a ? s.m : s.k) + s.gap, nan, at),
        b(s.transpose_b ? s.n : s.k, s.transpose_b ? s.k : s.n, (s.transpose_b ? s.k : s.n) + s.gap, nan, at),
        c(s.m, s.n, s.n + s.gap + 1, between, at),
        bias(1, s.n, s.n, nan, at) {
    std::mt19937 random(7);
    const auto draw = [&] { return static_cast<float>(static_cast<double>(random()) * 0x1p-31 - 1); };
    for (std::int64_t p = 0; p < s.k; ++p) {
      for (std::int64_t i = 0; i < s.m; ++i) left(i, p) = draw();
      for (std::int64_t j = 0; j < s.n; ++j) right(p, j) = draw();
    }
    for (std::int64_t j = 0; j < s.n; ++j) bias(0, j) = draw();
  }

  float& left(std::int64_t i, std::int64_t p) const { return s.transpose_a ? a(p, i) : a(i, p); }
  float& right(std::int64_t p, std::int64_t j) const { return s.transpose_b ? b(j, p) : b(p, j); }

  void multiply(int threads = 1, cpu::TileEpilogue epilogue = {}) const { multiply(threads, epilogue, nullptr); }
  void multiply_and_add_bias(int threads, cpu::TileEpilogue epilogue) const { multiply(threads, epilogue, bias.data()); }

  std::vector<float> result() const {
    std::vector<float> values;
    for (std::int64_t i = 0; i < s.m; ++i) values.insert(values.end(), &c(i, 0), &c(i, 0) + s.n);
    return values;
  }

  // The largest error of an element, relative to the error bound of a sum of k products in any order: k u / (1 - k u) times the sum of
  // their magnitudes (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), u = 2^-24. A correct product gives at most 1.
  double worst_error() {
    if (exact_.empty()) compute_exact();
    const double ku = static_cast<double>(s.k) * 0x1p-24, gamma = ku / (1 - ku);
    double worst = 0;
    std::size_t at = 0;
    for (std::int64_t i = 0; i < s.m; ++i) {
      for (std::int64_t j = 0; j < s.n; ++j, ++at) {
        const double error = std::abs(static_cast<double>(c(i, j)) - exact_[at]), bound = gamma * sizes_[at];
        if (!(error <= bound)) worst = bound > 0 ? std::max(worst, error / bound) : std::numeric_limits<double>::infinity();
      }
    }
    return worst;
  }

  static constexpr float nan = std::numeric_limits<float>::quiet_NaN(), between = 12345.0F;

  Sizes s;
  GuardedMatrix a, b, c, bias;

 private:
  void multiply(int threads, cpu::TileEpilogue epilogue, const float* added) const {
    for (std::int64_t i = 0; i < s.m; ++i) {
      for (std::int64_t j = 0; j < s.n; ++j) c(i, j) = between;
    }
    Context context;
    context.threads = threads;
    cpu::product(context,
                 cpu::Product<float>{.m = s.m,
                                     .n = s.n,
                                     .k = s.k,
                                     .a = a.data(),
                                     .lda = (s.transpose_a ? s.m : s.k) + s.gap,
                                     .transpose_a = s.transpose_a,
                                     .b = b.data(),
                                     .ldb = (s.transpose_b ? s.k : s.n) + s.gap,
                                     .transpose_b = s.transpose_b,
                                     .c = c.data(),
                                     .ldc = s.n + s.gap + 1,
                                     .bias = added},
                 epilogue);
  }

  void compute_exact() {
    exact_.assign(static_cast<std::size_t>(s.m * s.n), 0);
    sizes_ = exact_;
    for (std::int64_t i = 0; i < s.m; ++i) {
      for (std::int64_t p = 0; p < s.k; ++p) {
        const double x = left(i, p);
        const auto row = static_cast<std::size_t>(i * s.n);
        for (std::int64_t j = 0; j < s.n; ++j) {
          const double term = x * static_cast<double>(right(p, j));
          exact_[row + static_cast<std::size_t>(j)] += term;
          sizes_[row + static_cast<std::size_t>(j)] += std::abs(term);
        }
      }
    }
  }

  std::vector<double> exact_, sizes_;
};

}  // namespace weir::test
