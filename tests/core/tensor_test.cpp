#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/tensor.hpp>

using weir::DType;
using weir::Shape;
using weir::Tensor;

namespace {

template <class T>
T element(const Tensor& tensor, std::size_t index) {
  return tensor.values<T>()[index];
}

}  // namespace

TEST_CASE("tensor: new memory is zero and begins on a 64 byte boundary") {
  for (const std::int64_t count : {0, 1, 3, 1000, 1 << 18, (1 << 18) + 1}) {
    for (int time = 0; time < 3; ++time) {  // later allocations may reuse memory that is not zero
      Tensor tensor(Shape{count}, DType::f64);
      CHECK(reinterpret_cast<std::uintptr_t>(tensor.view().raw()) % 64 == 0);
      CHECK(tensor.elements() == count);
      const auto values = tensor.values<double>();
      CHECK(std::all_of(values.begin(), values.end(), [](double value) { return value == 0; }));
      std::fill(values.begin(), values.end(), 1.0);
    }
  }
}

// An update reads the same index of several blocks: their addresses should not all map to the same cache set.
TEST_CASE("tensor: large blocks do not all begin at the same set of a cache") {
  constexpr std::uintptr_t page = 4096;
  std::set<std::uintptr_t> begins;
  std::vector<Tensor> blocks;
  for (int i = 0; i < 5; ++i) {
    blocks.emplace_back(Shape{1 << 20}, DType::f32);
    begins.insert(reinterpret_cast<std::uintptr_t>(blocks.back().view().raw()) % page);
  }
  CHECK(begins.size() == blocks.size());
}

// Fails with a compiler that has a certain bug (cmake/WeirTarget.cmake), which would corrupt the data of other tests.
TEST_CASE("tensor: a list of constants arrives as written") {
  const std::vector<double> list({5, 5, 0, 0});
  const Tensor tensor = Tensor::from<double>(list, Shape{4});
  CHECK(tensor.values<double>()[0] == 5);
  CHECK(tensor.values<double>()[1] == 5);
  CHECK(tensor.values<double>()[2] == 0);
  CHECK(tensor.values<double>()[3] == 0);
}

TEST_CASE("tensor: clone copies and a move leaves nothing behind") {
  Tensor a = Tensor::from<float>({1, 2, 3, 4, 5, 6}, Shape{2, 3});
  const Tensor b = a.clone();
  a.values<float>()[0] = 9;
  CHECK(b.values<float>()[0] == 1);
  const Tensor c = std::move(a);
  CHECK(a.empty());
  CHECK(c.shape() == Shape{2, 3});
  CHECK(Tensor().clone().empty());
}

TEST_CASE("tensor: conversions keep the numbers") {
  const Tensor bytes = Tensor::from<std::uint8_t>({0, 7, 255}, Shape{3});
  const Tensor numbers = bytes.to(DType::f32);
  CHECK(numbers.values<float>()[2] == 255);
  CHECK(element<double>(numbers.to(DType::f64), 1) == 7);
  CHECK(element<std::uint8_t>(numbers.to(DType::u8), 2) == 255);
  const Tensor wide = Tensor::from<std::int64_t>({-2147483648, 2147483647, 4503599627370497}, Shape{3});
  CHECK(wide.dtype() == DType::i64);
  CHECK(element<double>(wide.to(DType::f64), 2) == 4503599627370497.0);
  CHECK(element<float>(wide.to(DType::f32), 2) == 0x1p52f);  // rounded
  const Tensor narrow = weir::clone(wide.view().rows(0, 2)).to(DType::i32);
  CHECK(narrow.values<std::int32_t>()[0] == -2147483647 - 1);
  CHECK(narrow.values<std::int32_t>()[1] == 2147483647);
  CHECK(element<std::int64_t>(narrow.to(DType::i64), 0) == -2147483648);
}

TEST_CASE("tensor: a number that whole numbers of the type cannot hold is refused with its place") {
  const auto message = [](const Tensor& tensor, DType dtype) {
    try {
      tensor.to(dtype);
    } catch (const weir::NumericError& error) {
      return std::string(error.what());
    }
    return std::string("converted");
  };
  CHECK(message(Tensor::from<std::int64_t>({0, 5'000'000'000}, Shape{2}), DType::i32) ==
        "to: element 1 is 5,000,000,000, expected a whole number from -2,147,483,648 to 2,147,483,647 for i32. Correct the number, or "
        "convert to a wider type.");
  const std::string byte = ", expected a whole number from 0 to 255 for u8. Correct the number, or convert to a wider type.";
  CHECK(message(Tensor::from<std::int32_t>({-1}, Shape{1}), DType::u8) == "to: element 0 is -1" + byte);
  CHECK(message(Tensor::from<float>({255, 256}, Shape{2}), DType::u8) == "to: element 1 is 256" + byte);
  CHECK(message(Tensor::from<float>({2.5F}, Shape{1}), DType::u8) == "to: element 0 is 2.5" + byte);
  CHECK(message(Tensor::from<float>({NAN}, Shape{1}), DType::u8) == "to: element 0 is nan" + byte);
  // The smallest and largest numbers that fit, and the next ones that do not.
  CHECK(message(Tensor::from<float>({-0x1p31F, 2147483520.0F}, Shape{2}), DType::i32) == "converted");
  CHECK(message(Tensor::from<float>({0x1p31F}, Shape{1}), DType::i32) != "converted");
  CHECK(message(Tensor::from<double>({-2147483648.0, 2147483647.0}, Shape{2}), DType::i32) == "converted");
  CHECK(message(Tensor::from<double>({-2147483649.0}, Shape{1}), DType::i32) != "converted");
  CHECK(message(Tensor::from<double>({-0x1p63, 0x1.fffffffffffffp62}, Shape{2}), DType::i64) == "converted");
  CHECK(message(Tensor::from<double>({0x1p63}, Shape{1}), DType::i64) != "converted");
  CHECK_THROWS_WITH_AS(Tensor(Shape{1}, DType::bf16).to(DType::f32),
                       "to: cannot convert bf16 to f32: bf16 is storage on a CUDA device. Convert between f32, f64, i32, i64 and u8.",
                       weir::ConfigError);
}

TEST_CASE("tensor: views give rows and other shapes of the same memory") {
  Tensor tensor = Tensor::from<float>({1, 2, 3, 4, 5, 6}, Shape{3, 2});
  const weir::TensorView view = tensor;
  CHECK(view.rows(1, 2).values<float>()[0] == 3);
  CHECK(view.rows(3, 0).elements() == 0);
  CHECK(view.reshaped(Shape{2, 3}).shape() == Shape{2, 3});
  CHECK_THROWS_WITH_AS(view.rows(2, 2), "rows: 2 from 2 asked for, [3, 2] has 3. Stay inside.", weir::ShapeError);
  CHECK_THROWS_WITH_AS(view.reshaped(Shape{7}), "reshaped: [3, 2] holds 6 elements, [7] needs 7. Use a shape with as many.",
                       weir::ShapeError);
}

TEST_CASE("tensor: wrong types and counts are refused in words") {
  const Tensor tensor(Shape{2}, DType::i32);
  CHECK_THROWS_WITH_AS(tensor.values<float>(), "values: the block holds i32, asked for as f32. Ask for i32 or convert it with to(DType).",
                       weir::ConfigError);
  CHECK_THROWS_WITH_AS(Tensor::from<float>({1, 2}, Shape{3}),
                       "tensor: got 2 values, [3] needs 3. Give as many values as the shape has elements.", weir::ShapeError);
}

TEST_CASE("tensor: memory that is not there is an error with the bytes in it") {
  CHECK_THROWS_AS(Tensor(Shape{1LL << 60}, DType::f64), weir::DeviceError);
  CHECK_THROWS_AS(Tensor(Shape{1LL << 50}, DType::f32), weir::DeviceError);
}

TEST_CASE("device: without a CUDA device the best one is the CPU and the status says why") {
  CHECK_FALSE(weir::cuda_status().empty());
  if (weir::best_device().is_cpu()) {
    CHECK_THROWS_AS(Tensor(Shape{1}, DType::f32, weir::Device::cuda()), weir::DeviceError);
  }
  CHECK(weir::to_string(weir::Device::cuda(2)) == "cuda:2");
}
