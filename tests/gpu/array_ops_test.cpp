// Arrays on a device against the CPU: f32 and f64, odd sizes, nothing at all, NaN and infinities.

#include <weir/core/random.hpp>

#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"
#include "tests/gpu/device.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr DType compute_types[] = {DType::f32, DType::f64};
const std::int64_t odd_sizes[] = {0, 1, 3, 4, 17, 255, 1023, 4096, 100003};

}  // namespace

TEST_CASE("cuda: copies keep every bit in both directions") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t n : odd_sizes) {
      const Tensor x = random_tensor({n}, dtype);
      const Tensor there = x.to(gpu), again = there.clone();
      CHECK(bits(again) == bits(x));
    }
  }
}

TEST_CASE("cuda: fill writes every element of every type and no other") {
  if (!device_here()) return;
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::u8}) {
    for (const std::int64_t n : odd_sizes) {
      Tensor x({n + 2}, dtype, gpu);
      fill(x, 7);
      fill(x.view().rows(1, n), 3);
      const std::vector<double> values = numbers(x);
      CHECK(values.front() == 7);
      CHECK(values.back() == 7);
      for (std::size_t i = 1; i + 1 < values.size(); ++i) REQUIRE(values[i] == 3);
    }
  }
}

TEST_CASE("cuda: fill with NaN and infinity") {
  if (!device_here()) return;
  Tensor x({5}, DType::f32, gpu);
  fill(x, nan_value);
  for (const double value : numbers(x)) CHECK(std::isnan(value));
  fill(x, -infinity);
  for (const double value : numbers(x)) CHECK(value == -infinity);
}

TEST_CASE("cuda: add gives the bits of the CPU") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t n : odd_sizes) {
      const Tensor a = random_tensor({n}, dtype, 1), b = random_tensor({n}, dtype, 2);
      Tensor y({n}, dtype), z = a.to(gpu);
      cpu::add(context_for(Device::cpu()), a, b, y);
      cuda::add(context_for(gpu), z, b.to(gpu), z);
      CHECK(bits(z) == bits(y));
    }
  }
}

TEST_CASE("cuda: add of blocks that begin off a boundary") {
  if (!device_here()) return;
  const Tensor a = random_tensor({1001}, DType::f32, 1).to(gpu), b = random_tensor({1001}, DType::f32, 2).to(gpu);
  Tensor y({1001}, DType::f32, gpu), host({1000}, DType::f32);
  cuda::add(context_for(gpu), a.view().rows(1, 1000), b.view().rows(0, 1000), y.view().rows(1, 1000));
  const Tensor ha = a.to(Device::cpu()), hb = b.to(Device::cpu());
  cpu::add(context_for(Device::cpu()), ha.view().rows(1, 1000), hb.view().rows(0, 1000), host);
  CHECK(bits(clone(ConstTensorView(y.view().rows(1, 1000)))) == bits(host));
  CHECK(numbers(y)[0] == 0);
}

TEST_CASE("cuda: products of all transpositions and sizes") {
  if (!device_here()) return;
  const std::int64_t sizes[][3] = {{1, 1, 1},    {3, 5, 7}, {64, 128, 784}, {10, 17, 33}, {128, 10, 64},
                                   {65, 1, 129}, {5, 4, 0}, {0, 4, 3},      {4, 0, 3}};
  for (const DType dtype : compute_types) {
    for (const auto& size : sizes) {
      const std::int64_t m = size[0], n = size[1], k = size[2];
      for (const bool ta : {false, true}) {
        for (const bool tb : {false, true}) {
          const Tensor a = random_tensor(ta ? Shape{k, m} : Shape{m, k}, dtype, 1),
                       b = random_tensor(tb ? Shape{n, k} : Shape{k, n}, dtype, 2);
          Tensor c({m, n}, dtype), d({m, n}, dtype, gpu);
          fill(d, nan_value);
          matmul(a, b, c, {ta, tb});
          matmul(a.to(gpu), b.to(gpu), d, {ta, tb});
          INFO("m " << m << ", n " << n << ", k " << k << ", " << ta << tb << ", " << to_string(dtype));
          CHECK(difference(d, c) <= sum_bound(dtype));
        }
      }
    }
  }
}

TEST_CASE("cuda: a NaN in a product reaches its row alone") {
  if (!device_here()) return;
  Tensor a = random_tensor({4, 8}, DType::f32, 1);
  a.values<float>()[8 + 3] = std::numeric_limits<float>::quiet_NaN();
  const Tensor b = random_tensor({8, 5}, DType::f32, 2);
  Tensor c({4, 5}, DType::f32, gpu);
  matmul(a.to(gpu), b.to(gpu), c);
  const std::vector<double> values = numbers(c);
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(std::isnan(values[i]) == (i / 5 == 1));
}

TEST_CASE("cuda: sums over everything and over rows") {
  if (!device_here()) return;
  const std::int64_t sizes[][2] = {{0, 3}, {1, 1}, {7, 5}, {64, 10}, {1000, 33}, {3, 40000}, {50000, 3}};
  for (const DType dtype : compute_types) {
    for (const auto& size : sizes) {
      const std::int64_t rows = size[0], columns = size[1];
      const Tensor x = random_tensor({rows, columns}, dtype);
      Tensor all({}, dtype), gpu_all({}, dtype, gpu), each({columns}, dtype), gpu_each({columns}, dtype, gpu);
      fill(gpu_all, nan_value);
      fill(gpu_each, nan_value);
      reduce_sum(x, all);
      reduce_sum(x.to(gpu), gpu_all);
      reduce_sum(x, each);
      reduce_sum(x.to(gpu), gpu_each);
      // Relative to the sum of the absolute values, as terms of both signs cancel.
      const double scale = static_cast<double>(rows * columns) / 2 + 1;
      INFO(rows << " x " << columns << " " << to_string(dtype));
      CHECK(std::abs(numbers(gpu_all)[0] - numbers(all)[0]) <= sum_bound(dtype) * scale);
      for (std::size_t i = 0; i < static_cast<std::size_t>(columns); ++i) {
        CHECK(std::abs(numbers(gpu_each)[i] - numbers(each)[i]) <= sum_bound(dtype) * (static_cast<double>(rows) / 2 + 1));
        if (i > 40) break;
      }
    }
  }
}

TEST_CASE("cuda: a sum holds a NaN and an infinity") {
  if (!device_here()) return;
  Tensor x = random_tensor({100000}, DType::f32);
  Tensor y({}, DType::f32, gpu);
  x.values<float>()[77777] = std::numeric_limits<float>::infinity();
  reduce_sum(x.to(gpu), y);
  CHECK(numbers(y)[0] == infinity);
  x.values<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  reduce_sum(x.to(gpu), y);
  CHECK(std::isnan(numbers(y)[0]));
}

TEST_CASE("cuda: a sum has the same bits in every run") {
  if (!device_here()) return;
  const Tensor x = random_tensor({100000}, DType::f32).to(gpu), matrix = random_tensor({5000, 33}, DType::f32).to(gpu);
  Tensor y({}, DType::f32, gpu), each({33}, DType::f32, gpu);
  reduce_sum(x, y);
  reduce_sum(matrix, each);
  const auto first = bits(y), first_each = bits(each);
  for (int run = 0; run < 20; ++run) {
    reduce_sum(x, y);
    reduce_sum(matrix, each);
    CHECK(bits(y) == first);
    CHECK(bits(each) == first_each);
  }
}

TEST_CASE("cuda: the loss of a batch and its gradient") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t batch : {1, 3, 64, 1000}) {
      for (const bool weighted : {false, true}) {
        const Tensor y = random_tensor({batch}, dtype, 1), w = random_tensor({batch}, dtype, 2);
        const Tensor gpu_w = w.to(gpu);
        const ConstTensorView weights = weighted ? ConstTensorView(w) : ConstTensorView();
        const ConstTensorView gpu_weights = weighted ? ConstTensorView(gpu_w) : ConstTensorView();
        Tensor sum({1}, DType::f64), gpu_sum({1}, DType::f64, gpu), dy({batch}, dtype), gpu_dy({batch}, dtype, gpu);
        fill(sum, 3);
        fill(gpu_sum, 3);
        cpu::accumulate_loss(context_for(Device::cpu()), y, weights, 0.7, sum);
        cuda::accumulate_loss(context_for(gpu), y.to(gpu), gpu_weights, 0.7, gpu_sum);
        CHECK(std::abs(numbers(gpu_sum)[0] - numbers(sum)[0]) < 1e-13);
        cpu::set_loss_gradient(context_for(Device::cpu()), weights, 0.7, dy);
        cuda::set_loss_gradient(context_for(gpu), gpu_weights, 0.7, gpu_dy);
        CHECK(bits(gpu_dy) == bits(dy));
      }
    }
  }
}

TEST_CASE("cuda: a number is written to the device") {
  if (!device_here()) return;
  Tensor numbers_there({16}, DType::u8, gpu);
  auto* where = static_cast<std::uint64_t*>(numbers_there.view().raw());
  cuda::write_number(context_for(gpu), where + 1, 0x0123456789ABCDEF);
  const Tensor back = numbers_there.to(Device::cpu());
  CHECK(back.values<std::uint8_t>()[7] == 0);
  CHECK(back.values<std::uint8_t>()[8] == 0xEF);
  CHECK(back.values<std::uint8_t>()[15] == 0x01);
}
