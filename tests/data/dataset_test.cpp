#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/data/dataset.hpp>

using weir::ConfigError;
using weir::ConstTensorView;
using weir::Dataset;
using weir::DType;
using weir::Field;
using weir::FieldInfo;
using weir::NumericError;
using weir::Shape;
using weir::ShapeError;
using weir::Tensor;

namespace {

Tensor numbers(std::initializer_list<float> values, Shape shape) { return Tensor::from(values, shape); }
Tensor labels(std::initializer_list<std::int32_t> values) { return Tensor::from(values, Shape{static_cast<std::int64_t>(values.size())}); }

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("dataset: knows its samples and the shape of one") {
  const Dataset data({Tensor({3, 2, 5}), Tensor(Shape{3}, DType::u8)}, {labels({0, 1, 2})});
  CHECK(data.samples() == 3);
  CHECK(data.inputs().size() == 2);
  CHECK(data.targets().size() == 1);
  CHECK(data.input_shape() == Shape{2, 5});
  CHECK(data.input_shape(1) == Shape{});
  CHECK(data.target_shape() == Shape{});
  CHECK_THROWS_WITH_AS(data.input_shape(2), "dataset: input 2 asked for, it has 2. Count from 0.", ConfigError);
  CHECK_THROWS_WITH_AS(data.target_shape(1), "dataset: target 1 asked for, it has 1. Count from 0.", ConfigError);
}

TEST_CASE("dataset: one input and one target can be given as tensors or fields") {
  CHECK(Dataset(numbers({1, 2, 3, 4}, {2, 2}), labels({0, 1})).input_shape() == Shape{2});
  const Dataset bytes(Field(Tensor({2, 3}, DType::u8), {.divisor = 16}), labels({0, 1}));
  CHECK(bytes.inputs()[0].info.divisor == 16);
  CHECK(bytes.targets()[0].info == FieldInfo{});
}

TEST_CASE("dataset: targets may be absent and inputs may not") {
  const Dataset without({numbers({1}, {1, 1})}, {});
  CHECK(without.targets().empty());
  CHECK_THROWS_WITH_AS(Dataset({}, {labels({1})}), "dataset: has no inputs, expected at least one. Give it a Field.", ConfigError);
}

TEST_CASE("dataset: counts of samples that differ are refused") {
  CHECK_THROWS_WITH_AS(Dataset(Tensor({60000, 4}), Tensor(Shape{59999}, DType::i32)),
                       "dataset: target 0: has 59,999 samples, input 0 has 60,000. Every field needs as many.", ShapeError);
  CHECK_THROWS_WITH_AS(Dataset({Tensor({3, 4}), Tensor({4, 4})}, {}),
                       "dataset: input 1: has 4 samples, input 0 has 3. Every field needs as many.", ShapeError);
}

TEST_CASE("dataset: empty data is refused") {
  const char* const message = "dataset: input 0: has no samples, expected a tensor [samples, ...]. Give it at least one.";
  CHECK_THROWS_WITH_AS(Dataset(Tensor(), labels({1})), message, ShapeError);
  CHECK_THROWS_WITH_AS(Dataset(Tensor(Shape{}), labels({1})), message, ShapeError);
  CHECK_THROWS_WITH_AS(Dataset(Tensor({0, 4}), Tensor(Shape{0}, DType::i32)),
                       "dataset: input 0: has the shape [0, 4], which holds no data. Give each dimension at least 1.", ShapeError);
  CHECK_THROWS_WITH_AS(Dataset(Tensor({1, 4}), Tensor({1, 0})),
                       "dataset: target 0: has the shape [1, 0], which holds no data. Give each dimension at least 1.", ShapeError);
}

TEST_CASE("dataset: numbers that are not finite are refused with their place") {
  CHECK_THROWS_WITH_AS(Dataset(numbers({1, 2, 3, 4, nan_number, 6}, {2, 3}), labels({0, 1})),
                       "dataset: input 0: holds a number that is not finite: sample 1, feature 1 is nan. Clean the data before training.",
                       NumericError);
  CHECK_THROWS_WITH_AS(Dataset(numbers({1, 2}, {2, 1}), numbers({1, -infinity}, {2})),
                       "dataset: target 0: holds a number that is not finite: sample 1 is -inf. Clean the data before training.",
                       NumericError);
  constexpr double most = std::numeric_limits<double>::max();
  CHECK_NOTHROW(Dataset(Tensor::from({most, -most}, {2, 1}), labels({0, 1})));
  CHECK_THROWS_WITH_AS(Dataset(Tensor::from({most, static_cast<double>(-nan_number)}, {2, 1}), labels({0, 1})),
                       "dataset: input 0: holds a number that is not finite: sample 1, feature 0 is nan. Clean the data before training.",
                       NumericError);
}

TEST_CASE("dataset: the first of several bad numbers is named at every number of threads") {
  const int before = weir::num_threads();
  for (const int threads : {1, 2, 3}) {
    weir::set_num_threads(threads);
    Tensor x({5000, 100});
    for (const std::size_t bad : {499999u, 345678u, 123456u}) x.values<float>()[bad] = infinity;
    CHECK_THROWS_WITH_AS(
        Dataset(std::move(x), Tensor({5000, 1})),
        "dataset: input 0: holds a number that is not finite: sample 1234, feature 56 is inf. Clean the data before training.",
        NumericError);
  }
  weir::set_num_threads(before);
}

TEST_CASE("dataset: a divisor that makes no sense is refused") {
  const auto with_divisor = [](DType dtype, double divisor) {
    return Dataset(Field(Tensor({2, 2}, dtype), {.divisor = divisor}), labels({0, 1}));
  };
  CHECK_NOTHROW(with_divisor(DType::u8, 1e-30));
  CHECK_NOTHROW(with_divisor(DType::u8, 1e30));
  const std::string end = ", expected a number from 1e-30 to 1e30. Set FieldInfo::divisor.";
  CHECK_THROWS_WITH_AS(with_divisor(DType::u8, 0), ("dataset: input 0: its divisor is 0" + end).c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(with_divisor(DType::u8, -255), ("dataset: input 0: its divisor is -255" + end).c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(with_divisor(DType::u8, nan_number), ("dataset: input 0: its divisor is nan" + end).c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(with_divisor(DType::u8, 1e-31), ("dataset: input 0: its divisor is 1e-31" + end).c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(with_divisor(DType::f32, 255),
                       "dataset: input 0: holds f32 and has a divisor, which is for u8. Leave FieldInfo::divisor out.", ConfigError);
}

TEST_CASE("dataset: bf16 is refused") {
  CHECK_THROWS_WITH_AS(Dataset(Tensor({2, 2}, DType::bf16), labels({0, 1})),
                       "dataset: input 0: holds bf16, expected f32, f64, u8, i32 or i64. Store it as f32.", ConfigError);
}

TEST_CASE("dataset: a slice shares its samples and what is known of them") {
  const Dataset data(Field(Tensor::from<std::uint8_t>({1, 2, 3, 4, 5, 6}, {3, 2}), {.divisor = 7}),
                     Field(labels({10, 20, 30}), {.classes = {"a", "b"}}));
  const Dataset part = data.slice(1, 2);
  CHECK(part.samples() == 2);
  CHECK(part.info() == data.info());
  CHECK(part.inputs()[0].values.raw() == data.inputs()[0].values.values<std::uint8_t>().data() + 2);
  CHECK(part.inputs()[0].owner == data.inputs()[0].owner);
  CHECK(part.inputs()[0].values.values<std::uint8_t>()[0] == 3);
  CHECK(part.inputs()[0].values.values<std::uint8_t>()[3] == 6);
  CHECK(part.targets()[0].values.values<std::int32_t>()[0] == 20);
  const std::string end = ", it has 3. Stay inside and take at least one.";
  CHECK_THROWS_WITH_AS(data.slice(2, 2), ("dataset: slice of 2 samples from 2 on asked for" + end).c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(data.slice(-1, 2), ("dataset: slice of 2 samples from -1 on asked for" + end).c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(data.slice(0, 0), ("dataset: slice of 0 samples from 0 on asked for" + end).c_str(), ShapeError);
  CHECK_THROWS_WITH_AS(data.slice(3, 1), ("dataset: slice of 1 samples from 3 on asked for" + end).c_str(), ShapeError);
}

TEST_CASE("dataset: a view with an owner is not copied and lives as long as a copy or a slice of it") {
  auto* numbers_of_others = new std::vector<float>{1, 2, 3, 4, 5, 6};
  bool released = false;
  const auto release = [&](std::vector<float>* block) {
    released = true;
    delete block;
  };
  std::optional<Dataset> slice;
  {
    const std::shared_ptr<const void> owner(numbers_of_others, release);
    const Dataset data(Field(ConstTensorView(numbers_of_others->data(), Shape{3, 2}), owner), labels({0, 1, 2}));
    CHECK(data.inputs()[0].values.raw() == numbers_of_others->data());
    const Dataset copy = data;
    CHECK(copy.inputs()[0].values.raw() == numbers_of_others->data());
    slice = copy.slice(1, 2);
  }
  CHECK_FALSE(released);
  CHECK(slice->inputs()[0].values.values<float>()[3] == 6);
  slice.reset();
  CHECK(released);
}

TEST_CASE("dataset: memory that is not aligned for its dtype is refused and a clone of it is taken") {
  alignas(8) const std::array<unsigned char, 20> bytes{};
  const ConstTensorView askew(bytes.data() + 1, Shape{2, 2}, DType::f32);
  CHECK_THROWS_WITH_AS(Dataset(Field(askew, nullptr), labels({0, 1})),
                       "dataset: input 0: its memory is not aligned for f32. Copy it with weir::clone.", ConfigError);
  CHECK_NOTHROW(Dataset(clone(askew), labels({0, 1})));
}

TEST_CASE("dataset: whole numbers of 64 bits become i32") {
  const Dataset data(Tensor::from<std::int64_t>({-2147483648, 5, 6, 2147483647}, {2, 2}), Tensor::from<std::int64_t>({1, 0}, {2}));
  CHECK(data.inputs()[0].values.dtype() == DType::i32);
  CHECK(data.inputs()[0].values.values<std::int32_t>()[0] == -2147483647 - 1);
  CHECK(data.inputs()[0].values.values<std::int32_t>()[3] == 2147483647);
  CHECK(data.targets()[0].values.values<std::int32_t>()[0] == 1);
  const std::string end = ", expected a whole number from -2,147,483,648 to 2,147,483,647. Correct the data.";
  const Tensor large = Tensor::from<std::int64_t>({0, 1, 2, 5'000'000'000}, {4});
  CHECK_THROWS_WITH_AS(Dataset(Tensor({4, 1}), large.clone()), ("dataset: target 0: sample 3 is 5,000,000,000" + end).c_str(),
                       NumericError);
  CHECK_THROWS_WITH_AS(Dataset(Tensor::from<std::int64_t>({0, 1, 2, -2147483649}, {2, 2}), labels({0, 1})),
                       ("dataset: input 0: sample 1, feature 1 is -2,147,483,649" + end).c_str(), NumericError);
}

TEST_CASE("dataset: what is known of a field must fit it") {
  const auto with = [](FieldInfo info) { return Dataset(Field(Tensor({2, 12}), std::move(info)), labels({0, 1})); };
  const Dataset data = with({.image = {2, 2, 3}, .columns = std::vector<std::string>(12, "c")});
  CHECK(data.info() == weir::DataInfo{{{.image = {2, 2, 3}, .columns = std::vector<std::string>(12, "c")}}, {{}}});
  const std::string image = ", expected [height, width, channels] of 12 numbers, as a sample has. Set FieldInfo::image.";
  CHECK_THROWS_WITH_AS(with({.image = {2, 2, 2}}), ("dataset: input 0: its image is [2, 2, 2]" + image).c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(with({.image = {3, 4}}), ("dataset: input 0: its image is [3, 4]" + image).c_str(), ConfigError);
  CHECK_THROWS_WITH_AS(with({.columns = {"a", "b"}}),
                       "dataset: input 0: has 2 column names, a sample has 12 numbers. Give one name for each, or none.", ConfigError);
}
