#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>

using weir::Batch;
using weir::ConfigError;
using weir::Context;
using weir::context_for;
using weir::Dataset;
using weir::Device;
using weir::DeviceError;
using weir::DType;
using weir::Field;
using weir::Loader;
using weir::NumericError;
using weir::RandomKey;
using weir::Shape;
using weir::Tensor;

namespace {

template <class T>
std::vector<T> list(const weir::ConstTensorView& view) {
  const auto values = view.values<T>();
  return {values.begin(), values.end()};
}

// Sample i is [i, i + 0.5], its label is i.
Dataset counted(std::int64_t samples) {
  Tensor x({samples, 2}), y(Shape{samples}, DType::i32);
  for (std::size_t i = 0; i < static_cast<std::size_t>(samples); ++i) {
    x.values<float>()[2 * i] = static_cast<float>(i);
    x.values<float>()[2 * i + 1] = static_cast<float>(i) + 0.5f;
    y.values<std::int32_t>()[i] = static_cast<std::int32_t>(i);
  }
  return Dataset(std::move(x), std::move(y));
}

// The labels of all batches in order, checked against the inputs.
std::vector<std::int32_t> order_of(Loader& loader) {
  std::vector<std::int32_t> order;
  for (std::int64_t i = 0; i < loader.batches(); ++i) {
    const Batch batch = loader.load(context_for(Device::cpu()), i);
    const auto labels = list<std::int32_t>(batch.targets[0]);
    const auto features = list<float>(batch.inputs[0]);
    REQUIRE(features.size() == 2 * labels.size());
    for (std::size_t j = 0; j < labels.size(); ++j) {
      CHECK(features[2 * j] == static_cast<float>(labels[j]));
      CHECK(features[2 * j + 1] == static_cast<float>(labels[j]) + 0.5f);
    }
    order.insert(order.end(), labels.begin(), labels.end());
  }
  return order;
}

}  // namespace

TEST_CASE("loader: the datas own order with a smaller last batch") {
  const Dataset data = counted(10);
  Loader loader(data, Device::cpu(), DType::f32, 4);
  CHECK(loader.batches() == 3);
  const Context context = context_for(Device::cpu());
  const Batch first = loader.load(context, 0);
  CHECK(first.inputs.size() == 1);
  CHECK(first.targets.size() == 1);
  CHECK(first.sample_weights.empty());
  CHECK(first.inputs[0].shape() == Shape{4, 2});
  CHECK(first.targets[0].shape() == Shape{4});
  CHECK(list<float>(first.inputs[0]) == std::vector<float>{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5});
  const Batch last = loader.load(context, 2);
  CHECK(last.inputs[0].shape() == Shape{2, 2});
  CHECK(list<std::int32_t>(last.targets[0]) == std::vector<std::int32_t>{8, 9});
}

TEST_CASE("loader: weights go with their samples") {
  const Dataset data = counted(10);
  Tensor rising({10}, DType::f32), falling({10}, DType::f64);
  for (std::size_t i = 0; i < 10; ++i) {
    rising.values<float>()[i] = 0.5f + static_cast<float>(i);
    falling.values<double>()[i] = 20 - static_cast<double>(i);
  }
  const std::vector<Field> weights{std::move(rising), std::move(falling)};
  Loader loader(data, Device::cpu(), DType::f32, 4, true, weights);
  loader.shuffle({1});
  for (std::int64_t i = 0; i < loader.batches(); ++i) {
    const Batch batch = loader.load(context_for(Device::cpu()), i);
    CHECK(batch.inputs.size() == 1);
    CHECK(batch.targets.size() == 1);
    REQUIRE(batch.sample_weights.size() == 2);
    const auto labels = list<std::int32_t>(batch.targets[0]);
    std::vector<float> first, second;
    for (const std::int32_t label : labels) {
      first.push_back(0.5f + static_cast<float>(label));
      second.push_back(20 - static_cast<float>(label));
    }
    CHECK(list<float>(batch.sample_weights[0]) == first);
    CHECK(list<float>(batch.sample_weights[1]) == second);
  }
}

TEST_CASE("loader: batches that divide the samples or hold them all") {
  const Dataset data = counted(6);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Loader thirds(data, Device::cpu(), DType::f32, 2), all(data, Device::cpu(), DType::f32, most);
  CHECK(thirds.batches() == 3);
  CHECK(order_of(thirds) == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5});
  CHECK(all.batches() == 1);
  CHECK(order_of(all) == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("loader: the batches lie in the same memory every time") {
  const Dataset data = counted(10);
  Loader loader(data, Device::cpu(), DType::f32, 4);
  const Context context = context_for(Device::cpu());
  const void* const inputs = loader.load(context, 0).inputs[0].raw();
  loader.shuffle({3});
  CHECK(loader.load(context, 2).inputs[0].raw() == inputs);
}

// From tests/reference/make_shuffle.py.
TEST_CASE("loader: shuffle gives the orders of an independent implementation") {
  const Dataset ten = counted(10), sixteen = counted(16);
  Loader loader(ten, Device::cpu(), DType::f32, 3), longer(sixteen, Device::cpu(), DType::f32, 5);
  loader.shuffle({0});
  CHECK(order_of(loader) == std::vector<std::int32_t>{7, 1, 0, 3, 6, 8, 4, 9, 2, 5});
  loader.shuffle({1});
  CHECK(order_of(loader) == std::vector<std::int32_t>{9, 4, 5, 6, 1, 0, 8, 3, 7, 2});
  longer.shuffle({0x123456789abcdef0});
  CHECK(order_of(longer) == std::vector<std::int32_t>{13, 0, 10, 3, 5, 15, 11, 9, 4, 1, 7, 14, 6, 8, 12, 2});
}

TEST_CASE("loader: shuffle depends on the key alone and in_order undoes it") {
  const Dataset data = counted(1000);
  Loader a(data, Device::cpu(), DType::f32, 64), b(data, Device::cpu(), DType::f32, 7);
  a.shuffle({1});
  a.shuffle({2});
  b.shuffle({2});
  const auto order = order_of(a);
  CHECK(order == order_of(b));
  b.shuffle({3});
  CHECK(order != order_of(b));
  std::vector<std::int32_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  CHECK(order != all);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == all);
  a.in_order();
  CHECK(order_of(a) == all);
}

TEST_CASE("loader: every place is as likely for every sample") {
  const Dataset data = counted(8);
  Loader loader(data, Device::cpu(), DType::f32, 8);
  constexpr int rounds = 4000;
  std::array<std::array<int, 8>, 8> seen{};
  for (std::uint64_t key = 0; key < rounds; ++key) {
    loader.shuffle({key});
    const Batch batch = loader.load(context_for(Device::cpu()), 0);
    const auto labels = batch.targets[0].values<std::int32_t>();
    for (std::size_t place = 0; place < 8; ++place) ++seen[place][static_cast<std::size_t>(labels[place])];
  }
  // 500 expected; five standard deviations are 105.
  for (const auto& counts : seen) {
    for (const int count : counts) CHECK(std::abs(count - rounds / 8) < 105);
  }
}

TEST_CASE("loader: one sample can be shuffled") {
  const Dataset data = counted(1);
  Loader loader(data, Device::cpu(), DType::f32, 3);
  loader.shuffle({5});
  CHECK(order_of(loader) == std::vector<std::int32_t>{0});
}

TEST_CASE("loader: several inputs and targets keep their samples together") {
  std::vector<Field> inputs, targets;
  inputs.push_back({Tensor::from<float>({0, 1, 2, 3}, {4, 1, 1})});
  inputs.push_back({Tensor::from<std::uint8_t>({0, 10, 20, 30}, {4}), {.divisor = 10}});
  targets.push_back({Tensor::from<double>({0, 1, 2, 3}, {4})});
  targets.push_back({Tensor::from<std::int32_t>({0, 1, 2, 3}, {4})});
  const Dataset data(std::move(inputs), std::move(targets));
  Loader loader(data, Device::cpu(), DType::f64, 3);
  loader.shuffle({1});
  const Batch batch = loader.load(context_for(Device::cpu()), 0);
  REQUIRE(batch.inputs.size() == 2);
  REQUIRE(batch.targets.size() == 2);
  CHECK(batch.inputs[0].shape() == Shape{3, 1, 1});
  const auto expected = list<double>(batch.inputs[0]);
  CHECK(expected != std::vector<double>{0, 1, 2});
  CHECK(list<double>(batch.inputs[1]) == expected);
  CHECK(list<double>(batch.targets[0]) == expected);
  const auto labels = list<std::int32_t>(batch.targets[1]);
  CHECK(std::vector<double>(labels.begin(), labels.end()) == expected);
}

TEST_CASE("loader: without keeping the data on the device the batches are the same") {
  const Dataset data = counted(10);
  Loader loader(data, Device::cpu(), DType::f32, 4, false);
  CHECK(order_of(loader) == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  loader.shuffle({1});
  CHECK(order_of(loader) == std::vector<std::int32_t>{9, 4, 5, 6, 1, 0, 8, 3, 7, 2});
}

TEST_CASE("loader: arguments that make no sense are refused") {
  const Dataset data = counted(10);
  const auto make = [&](Device device, DType dtype, std::int64_t batch) { Loader(data, device, dtype, batch); };
  CHECK_THROWS_WITH_AS(make(Device::cpu(), DType::f32, 0), "loader: got a batch of 0, expected at least 1.", ConfigError);
  CHECK_THROWS_WITH_AS(make(Device::cpu(), DType::f32, -4), "loader: got a batch of -4, expected at least 1.", ConfigError);
  CHECK_THROWS_WITH_AS(make(Device::cpu(), DType::u8, 4), "loader: got u8, expected f32 or f64. Use the Model's dtype.", ConfigError);
  Loader loader(data, Device::cpu(), DType::f32, 4);
  const Context context = context_for(Device::cpu());
  CHECK_THROWS_WITH_AS(loader.load(context, 3), "loader: batch 3 asked for, there are 3. Count from 0.", ConfigError);
  CHECK_THROWS_WITH_AS(loader.load(context, -1), "loader: batch -1 asked for, there are 3. Count from 0.", ConfigError);
  Context elsewhere = context;
  elsewhere.device = Device::cuda(1);
  CHECK_THROWS_WITH_AS(loader.load(elsewhere, 0), "loader: got a context on cuda:1, expected cpu. Make the Loader for the Model's device.",
                       DeviceError);
}

TEST_CASE("loader: a number that f32 cannot hold is refused") {
  Tensor x = Tensor::from<double>({0, 3.4028234663852886e38, 1, 3.5e38}, {2, 2});
  const Dataset data(std::move(x), Tensor::from<double>({0, 1}, {2}));
  CHECK_NOTHROW(Loader(data, Device::cpu(), DType::f64, 1));
  CHECK_THROWS_WITH_AS(Loader(data, Device::cpu(), DType::f32, 1),
                       "loader: input 0 does not fit f32: sample 1, feature 1 is 3.5e+38. Scale it or use a Model in f64.", NumericError);
}
