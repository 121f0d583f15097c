#include <string>

#include <weir/weir.hpp>

#include "bench/cpu/lazy.hpp"
#include "bench/cpu/timing.hpp"
#include "bench/cpu/workload.hpp"
#include "bench/support/synthetic.hpp"

namespace bench {

namespace {

// c[m, n] = a[m, k] b[k, n] by matmul. Named product/64x128x784 (m x n x k), with _ta or _tb if a or b is read transposed.
Workload product(std::int64_t m, std::int64_t n, std::int64_t k, weir::MatmulOptions options = {}) {
  struct Matrices {
    weir::Tensor a, b, c;
  };
  const auto matrices = lazy([=] { return Matrices{synthetic_numbers(m * k), synthetic_numbers(k * n), weir::Tensor({m, n})}; });
  const double flop = 2 * static_cast<double>(m * n * k);
  const auto measure = [=](int threads) {
    weir::set_num_threads(threads);
    const auto shape = [](std::int64_t rows, std::int64_t columns, bool transposed) {
      return transposed ? weir::Shape{columns, rows} : weir::Shape{rows, columns};
    };
    Matrices& all = matrices();
    const weir::ConstTensorView a = all.a.view().reshaped(shape(m, k, options.transpose_a));
    const weir::ConstTensorView b = all.b.view().reshaped(shape(k, n, options.transpose_b));
    return flop / seconds_per_call([&] { weir::matmul(a, b, all.c, options); }) / 1e9;
  };
  const std::string name = "product/" + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k);
  return {name + (options.transpose_a ? "_ta" : "") + (options.transpose_b ? "_tb" : ""), "GFLOP/s", measure, {{fma_name}}};
}

}  // namespace

std::vector<Workload> product_workloads() {
  constexpr weir::MatmulOptions left{.transpose_a = true}, right{.transpose_b = true};
  return {product(64, 128, 784),       product(128, 512, 784),       product(1024, 2048, 2048),
          product(784, 128, 64, left), product(784, 512, 128, left), product(128, 512, 512, right)};
}

}  // namespace bench
