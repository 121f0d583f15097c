// What an error message advises is a line that works: each test reads the message and does what it says.

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/predict.hpp>

#include "tests/formats/container.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// f throws an Error whose message ends with the advice.
template <class F>
void check_advice(F&& f, const std::string& advice) {
  const std::string message = message_of<Error>(f);
  CAPTURE(message);
  CHECK(message.ends_with(advice));
}

FitOptions options() { return {.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .epochs = 1, .batch = 3}; }

}  // namespace

TEST_CASE("advice: labels of any whole dtype and converted ones train") {
  const Dataset data = blobs(6);
  const Tensor x = clone(data.inputs()[0].values), labels = clone(data.targets()[0].values);
  const auto train = [&](const Tensor& given) {
    Model model = classifier({.max_batch = 8, .seed = 1});
    fit(model, Dataset(x.clone(), given.clone()), options());
    return bits(model.parameter_arena());
  };
  const auto right = train(labels);
  for (const DType dtype : {DType::u8, DType::i64}) {
    CHECK(train(labels.to(dtype)) == right);
    CHECK(train(labels.to(dtype).to(DType::i32)) == right);
  }
  const Tensor numbers = labels.to(DType::f32);
  check_advice([&] { train(numbers); }, "expected whole numbers: i32, i64 or u8. Convert it with Tensor::to(DType::i32).");
  CHECK(train(numbers.to(DType::i32)) == right);
}

TEST_CASE("advice: inputs of another dtype or shape or batch are taken as the message says") {
  Model model = classifier({.max_batch = 2});
  const Tensor wide(Shape{2, 6}, DType::f64), many(Shape{3, 6}), image(Shape{2, 2, 3});
  check_advice([&] { model.forward(wide); }, "holds f64, expected f32. Convert it with Tensor::to(DType).");
  CHECK(model.forward(wide.to(DType::f32)).shape() == Shape{2, 3});
  check_advice([&] { predict(model, wide); }, "Convert with Tensor::to(DType).");
  CHECK(predict(model, wide.to(DType::f32)).shape() == Shape{2, 3});
  check_advice([&] { model.forward(many); }, "Make the Model with a larger max_batch or pass less at a time.");
  CHECK(classifier({.max_batch = 3}).max_batch() == 3);
  CHECK(model.forward(many.view().rows(0, 2)).shape() == Shape{2, 3});
  check_advice([&] { sequential({2, 3}, BatchNorm()); }, "Add weir::Flatten() before it.");
  Model flat(sequential({2, 3}, Flatten(), BatchNorm()));
  CHECK(flat.forward(image).shape() == Shape{2, 6});
}

TEST_CASE("advice: a Dataset of numbers that a net does not take is converted as the message says") {
  const auto fit_on = [](Tensor x) {
    Model model = classifier({.max_batch = 8});
    const Dataset data = blobs(6);
    fit(model, Dataset(std::move(x), clone(data.targets()[0].values)), options());
  };
  const Tensor whole(Shape{6, 6}, DType::i32);
  check_advice([&] { fit_on(whole.clone()); }, "expected f32, f64 or u8. Convert it with Tensor::to(DType::f32).");
  fit_on(whole.to(DType::f32));
  alignas(8) static const std::array<unsigned char, 200> bytes{};
  const ConstTensorView askew(bytes.data() + 1, Shape{6, 6}, DType::f32);
  check_advice([&] { Dataset({Field(askew, nullptr)}, {}); }, "Copy it with weir::clone.");
  fit_on(clone(askew));
  Model table(sequential({6}, Flatten(), Dense(3)));
  check_advice([&] { fit(table, blobs(6), {.loss = SoftmaxCrossEntropy(), .batch = 3}); },
               "Set one, for example weir::Adam({.lr = 1e-3}).");
  fit(table, blobs(6), {.loss = SoftmaxCrossEntropy(), .optimizer = weir::Adam({.lr = 1e-3}), .epochs = 1, .batch = 3});
  check_advice([&] { fit(table, blobs(6), {.optimizer = Adam(), .batch = 3}); }, "Set one, for example weir::SoftmaxCrossEntropy().");
}

TEST_CASE("advice: activations are kept by a Model made as the message says") {
  Model model = classifier({.max_batch = 2});
  check_advice([&] { model.activation("0"); }, "Make the Model with fuse and reuse_memory false.");
  Model kept = classifier({.max_batch = 2, .fuse = false, .reuse_memory = false});
  check_advice([&] { kept.activation("0"); }, "Call forward or backward first.");
  kept.forward(Tensor(Shape{2, 6}));
  CHECK(kept.activation("0").shape() == Shape{2, 16});
  check_advice([&] { kept.gradient("0.weight"); }, "Call plan_training first.");
  kept.plan_training(SoftmaxCrossEntropy(), {{}});
  CHECK(kept.gradient("0.weight").shape() == Shape{16, 6});
}
