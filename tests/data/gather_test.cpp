#include "data/gather.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include <weir/core/array.hpp>
#include <weir/core/random.hpp>

#include "tests/support/compare.hpp"

using weir::Context;
using weir::context_for;
using weir::Device;
using weir::DType;
using weir::dtype_of;
using weir::Shape;
using weir::Tensor;

namespace {

Tensor every_byte() {
  Tensor bytes({1, 256}, DType::u8);
  std::iota(bytes.values<std::uint8_t>().begin(), bytes.values<std::uint8_t>().end(), std::uint8_t{0});
  return bytes;
}

// long double has 64 bits of mantissa, more than twice float's, so rounding twice still gives the correctly rounded quotient of floats.
template <class T>
void check_quotients(double divisor) {
  const Tensor bytes = every_byte(), order = Tensor::from<std::int32_t>({0}, {1});
  Tensor y({1, 256}, dtype_of<T>());
  weir::cpu::gather(context_for(Device::cpu()), bytes, divisor, order, y);
  for (std::size_t i = 0; i < 256; ++i) {
    const T quotient = y.values<T>()[i];
    if constexpr (sizeof(T) == 4) {
      CHECK(quotient == static_cast<T>(static_cast<long double>(i) / static_cast<long double>(static_cast<T>(divisor))));
    } else {
      CHECK(quotient == static_cast<T>(i) / divisor);
    }
  }
}

}  // namespace

TEST_CASE("gather: bytes become exact quotients for all 256 of them") {
  for (const double divisor : {1.0, 3.0, 10.0, 16.0, 127.5, 255.0, 256.0, 0.1}) {
    check_quotients<float>(divisor);
    check_quotients<double>(divisor);
  }
}

// numpy.float32(51) / numpy.float32(255) and so on, printed with 9 digits.
TEST_CASE("gather: bytes over 255 as NumPy divides them") {
  const Tensor bytes = Tensor::from<std::uint8_t>({0, 1, 51, 100, 254, 255}, {1, 6}), order = Tensor::from<std::int32_t>({0}, {1});
  Tensor y({1, 6});
  weir::cpu::gather(context_for(Device::cpu()), bytes, 255, order, y);
  const auto got = y.values<float>();
  CHECK(std::vector<float>(got.begin(), got.end()) == std::vector<float>{0, 0.00392156886f, 0.200000003f, 0.392156869f, 0.996078432f, 1});
}

TEST_CASE("gather: floats and labels are copied and converted in the order asked for") {
  const Context context = context_for(Device::cpu());
  const Tensor order = Tensor::from<std::int32_t>({2, 0, 2}, {3});
  const Tensor f32 = Tensor::from<float>({0.1f, 1.5f, -0.0f, 3, 4, 5}, {3, 2});
  const Tensor f64 = Tensor::from<double>({0.1, 1.5, -2, 3, 4, 5}, {3, 2});
  const Tensor i32 = Tensor::from<std::int32_t>({7, 8, -2147483647 - 1}, {3});
  Tensor single({3, 2}), wide({3, 2}, DType::f64), labels(Shape{3}, DType::i32);

  weir::cpu::gather(context, f32, 1, order, single);
  CHECK(weir::test::bits(single) == weir::test::bits(Tensor::from<float>({4, 5, 0.1f, 1.5f, 4, 5}, {3, 2})));
  weir::cpu::gather(context, f32, 1, order, wide);
  CHECK(weir::test::bits(wide) == weir::test::bits(Tensor::from<double>({4, 5, static_cast<double>(0.1f), 1.5, 4, 5}, {3, 2})));
  weir::cpu::gather(context, f64, 1, order, wide);
  CHECK(weir::test::bits(wide) == weir::test::bits(Tensor::from<double>({4, 5, 0.1, 1.5, 4, 5}, {3, 2})));
  weir::cpu::gather(context, f64, 1, order, single);
  CHECK(weir::test::bits(single) == weir::test::bits(Tensor::from<float>({4, 5, 0.1f, 1.5f, 4, 5}, {3, 2})));
  weir::cpu::gather(context, i32, 1, order, labels);
  CHECK(weir::test::bits(labels) == weir::test::bits(Tensor::from<std::int32_t>({-2147483647 - 1, 7, -2147483647 - 1}, {3})));
}

TEST_CASE("gather: widths and batches around the tiles are right at every number of threads") {
  for (const std::int64_t width : {1, 7, 64, 783, 784, 20000}) {
    for (const std::int64_t batch : {1, 2, 21, 64, 129}) {
      const std::int64_t samples = 40;
      Tensor x({samples, width}, DType::u8), order(Shape{batch}, DType::i32);
      auto bytes = x.values<std::uint8_t>();
      for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 % 251);
      auto rows = order.values<std::int32_t>();
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int32_t>(weir::random_below({9}, i, samples));
      for (const int threads : {1, 2, 3}) {
        Context context = context_for(Device::cpu());
        context.threads = threads;
        Tensor y({batch, width});
        weir::cpu::gather(context, x, 1, order, y);
        bool right = true;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          for (std::size_t j = 0; j < static_cast<std::size_t>(width); ++j) {
            const std::size_t from = static_cast<std::size_t>(rows[i]) * static_cast<std::size_t>(width) + j;
            right = right && y.values<float>()[i * static_cast<std::size_t>(width) + j] == static_cast<float>(bytes[from]);
          }
        }
        CHECK(right);
      }
    }
  }
}
