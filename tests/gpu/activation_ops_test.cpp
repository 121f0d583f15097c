// Activations on a device against the CPU: equal to the bit in f32, as both compile the same functor.

#include <bit>
#include <cstddef>
#include <span>
#include <weir/activations/functions.hpp>

#include "tests/gpu/device.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Inputs of every kind: both zeros, subnormals, the kinks of activations, infinities, NaN, and random numbers of all magnitudes.
Tensor all_kinds(DType dtype) {
  std::vector<double> values = {0,   -0.0, 1,   -1,  1e-45, -1e-45, 1e-38, 0.65,     -0.65,     10,
                                -10, 88,   -88, 104, -104,  1e30,   -1e30, infinity, -infinity, nan_value};
  for (int i = 0; i < 3000; ++i) values.push_back((i - 1500) * 0.0071);
  return tensor(values, {static_cast<std::int64_t>(values.size())}, dtype);
}

// Index of the first element whose bits differ, -1 if none. All NaNs count as equal: CUDA's operations give 0x7fffffff, the CPU's others.
std::ptrdiff_t first_difference(const ConstTensorView& on_device, const ConstTensorView& on_host) {
  const Tensor there = clone(on_device).to(Device::cpu());
  const std::span a = there.values<float>();
  const std::span b = on_host.values<float>();
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i])) return static_cast<std::ptrdiff_t>(i);
  }
  return -1;
}

// In double exp and tanh are the two standard libraries', which differ in the last bits.
void check(const ConstTensorView& on_device, const ConstTensorView& on_host) {
  if (on_host.dtype() == DType::f32) {
    CHECK(first_difference(on_device, on_host) == -1);
  } else {
    CHECK(difference(on_device, on_host) <= 4e-15);
  }
}

}  // namespace

TEST_CASE("cuda: every activation for every kind of number") {
  if (!device_here()) return;
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = all_kinds(dtype);
    const Tensor there = x.to(gpu);
    for (const ActivationFunction& f : all_activations()) {
      INFO(describe(f) << " " << to_string(dtype));
      Tensor y(x.shape(), dtype), z(x.shape(), dtype, gpu);
      activate(f, x, y);
      activate(f, there, z);
      check(z, y);
    }
  }
}

TEST_CASE("cuda: the gradient of every activation for every kind of number") {
  if (!device_here()) return;
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Tensor x = all_kinds(dtype), dy = random_tensor(x.shape(), dtype);
    for (const ActivationFunction& f : all_activations()) {
      INFO(describe(f) << " " << to_string(dtype));
      Tensor operand = x.clone();
      if (needs(f) == Needs::y) activate(f, x, operand);
      Tensor dx(x.shape(), dtype), dz(x.shape(), dtype, gpu);
      activate_backward(f, operand, dy, dx);
      activate_backward(f, operand.to(gpu), dy.to(gpu), dz);
      check(dz, dx);
    }
  }
}

TEST_CASE("cuda: relu is that of numpy to the letter") {
  if (!device_here()) return;
  // NumPy's np.maximum(0, x) and np.greater(x, 0), with +0 for both zeros.
  const Tensor x = tensor({nan_value, 0, -0.0, 1e-45, -1e-45, -infinity, infinity, -3, 3}, {9}, DType::f32).to(gpu);
  Tensor y({9}, DType::f32, gpu), g({9}, DType::f32, gpu);
  relu(x, y);
  relu_grad(x, g);
  const Tensor host = y.to(Device::cpu());
  CHECK(std::isnan(host.values<float>()[0]));
  const float expected[] = {0, 0, 1e-45F, 0, 0, std::numeric_limits<float>::infinity(), 0, 3};
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(host.values<float>()[i + 1] == expected[i]);
    CHECK_FALSE(std::signbit(host.values<float>()[i + 1]));
  }
  CHECK(numbers(g) == std::vector<double>{0, 0, 0, 1, 0, 0, 1, 0, 1});
}

TEST_CASE("cuda: the backward of relu is a select and not a product") {
  if (!device_here()) return;
  const Tensor y = tensor({0, 0, 1, nan_value}, {4}, DType::f32).to(gpu);
  const Tensor dy = tensor({infinity, nan_value, infinity, 5}, {4}, DType::f32).to(gpu);
  Tensor dx({4}, DType::f32, gpu);
  relu_backward(y, dy, dx);
  CHECK(numbers(dx) == std::vector<double>{0, 0, infinity, 0});
}

TEST_CASE("cuda: activations in place and of nothing and of odd sizes off a boundary") {
  if (!device_here()) return;
  for (const std::int64_t n : {0, 1, 5, 1023, 100001}) {
    const Tensor x = random_tensor({n + 1}, DType::f32);
    Tensor there = x.to(gpu), y({n}, DType::f32);
    activate(Tanh(), x.view().rows(1, n), y);
    activate(Tanh(), there.view().rows(1, n), there.view().rows(1, n));
    CHECK(bits(clone(ConstTensorView(there.view().rows(1, n)))) == bits(y));
    CHECK(numbers(there)[0] == numbers(x)[0]);
  }
}
