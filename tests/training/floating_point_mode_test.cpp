// The program's floating-point mode changes no result, and is as before after a call.

#include <doctest/doctest.h>

#include <cfenv>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include <weir/activations/functions.hpp>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/formats/json.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step.hpp>

#include "float_register.hpp"
#include "tests/support/compare.hpp"
#include "tests/training/floating_point_mode.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using Bytes = std::vector<unsigned char>;

// Subnormal, tiny and usual numbers of both signs, a huge one and a NaN.
Tensor numbers(std::int64_t count, DType dtype = DType::f32) {
  std::vector<double> values = many(count, 7);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] *= i % 3 == 0 ? 1e-39 : i % 3 == 1 ? 1e-20 : 1;
  }
  values[1000] = 1e30;
  values[2000] = std::numeric_limits<double>::quiet_NaN();
  return tensor(values, Shape{count}, dtype);
}

Bytes bytes_of(double number) {
  const auto* begin = reinterpret_cast<const unsigned char*>(&number);
  return {begin, begin + sizeof number};
}

struct Part {
  std::string name;
  std::function<Bytes()> run;
};

// Public calls that compute. What they are given is made here, in the test's own mode.
std::vector<Part> parts() {
  struct Data {
    Tensor x = numbers(262'144), y = Tensor(Shape{262'144});
    Tensor a = numbers(96 * 96), a64 = numbers(96 * 96, DType::f64);
    Dataset train = blobs(512, 60, 10);
    std::vector<std::byte> file;
  };
  const auto data = std::make_shared<Data>();
  const auto network = [] { return Model(sequential({60}, Dense(256), GELU(), Dense(10)), {.max_batch = 256, .seed = 2}); };
  const auto model = std::make_shared<Model>(network());
  save(*model, data->file);
  const auto array = [=](const std::function<void(const ConstTensorView&, const TensorView&)>& f) {
    return [=] {
      f(data->x, data->y);
      return bits(data->y);
    };
  };
  const auto product = [](const Tensor& a) {
    const ConstTensorView square = std::as_const(a).view().reshaped(Shape{96, 96});
    Tensor c(Shape{96, 96}, a.dtype());
    matmul(square, square, c);
    return bits(c);
  };
  const auto batch = [=](Model& m) {
    const ConstTensorView x = data->train.inputs()[0].values.rows(0, 256), labels = data->train.targets()[0].values.rows(0, 256);
    m.plan_training(SoftmaxCrossEntropy(), {Shape{}});
    m.backward({.inputs = {&x, 1}, .targets = {&labels, 1}, .sample_weights = {}});
  };
  return {{"relu", array([](const ConstTensorView& x, const TensorView& y) { relu(x, y); })},
          {"gelu", array([](const ConstTensorView& x, const TensorView& y) { activate(GELU(), x, y); })},
          {"relu_backward", array([](const ConstTensorView& x, const TensorView& y) { relu_backward(x, x, y); })},
          {"matmul f32", [=] { return product(data->a); }},
          {"matmul f64", [=] { return product(data->a64); }},
          {"reduce_sum",
           [=] {
             Tensor sum(Shape{96});
             reduce_sum(std::as_const(data->a).view().reshaped(Shape{96, 96}), sum);
             return bits(sum);
           }},
          {"fill",
           [=] {
             fill(data->y, 0.1);
             return bits(data->y.view().rows(0, 1));
           }},
          {"to", [=] { return bits(data->a64.to(DType::f32)); }},
          {"Model",
           [=] {
             const Model model = network();
             return bits(model.parameter_arena());
           }},
          {"load_model",
           [=] {
             const Model loaded = load_model(data->file);
             return bits(loaded.parameter_arena());
           }},
          {"config_from_json", [] { return bytes_of(config_from_json(R"({"lr":0.01})").number("lr")); }},
          {"save",
           [=] {
             std::vector<std::byte> file;
             save(*model, file);
             return Bytes(reinterpret_cast<const unsigned char*>(file.data()),
                          reinterpret_cast<const unsigned char*>(file.data() + file.size()));
           }},
          {"predict", [=] { return bits(predict(*model, data->train.inputs()[0].values)); }},
          {"evaluate", [=] { return bytes_of(evaluate(*model, data->train, SoftmaxCrossEntropy()).loss); }},
          {"backward and step",
           [=] {
             Model m = network();
             batch(m);
             step(m, SGD({.lr = 0.1}));
             m.commit();
             return bits(m.parameter_arena());
           }},
          {"fit", [=] {
             Model m = network();
             fit(m, data->train, {.loss = SoftmaxCrossEntropy(), .optimizer = Adam({.lr = 0.01}), .batch = 256});
             return bits(m.parameter_arena());
           }}};
}

class Threads {
 public:
  explicit Threads(int threads) { set_num_threads(threads); }
  ~Threads() { set_num_threads(before_); }

 private:
  int before_ = num_threads();
};

}  // namespace

// Begins with the other mode, and with more threads than before, so that threads are made in it.
void weir::test::check_mode(const std::function<void()>& set, const std::function<bool()>& is_set) {
  static int more = 0;
  const std::vector<Part> all = parts();
  const cpu::FloatRegister standard = cpu::read_floats();
  std::vector<std::vector<Bytes>> found;
  std::string left_another_mode;
  for (const int threads : {3 + ++more, 2, 1}) {
    const Threads setting(threads);
    for (int repeat = 0; repeat < 2; ++repeat) {
      std::vector<Bytes>& results = found.emplace_back();
      for (const Part& part : all) {
        set();
        results.push_back(part.run());
        const bool still_set = is_set();
        cpu::write_floats(standard);
        if (!still_set) left_another_mode += part.name + ", ";
      }
    }
  }
  CHECK(left_another_mode == "");
  const Threads one(1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].name);
    const Bytes expected = all[i].run();
    for (const std::vector<Bytes>& results : found) CHECK(results[i] == expected);
  }
}

TEST_CASE("floating-point mode: rounding upward changes no bit and is there again afterwards") {
  check_mode([] { std::fesetround(FE_UPWARD); }, [] { return std::fegetround() == FE_UPWARD; });
}

TEST_CASE("floating-point mode: rounding to zero changes no bit and is there again afterwards") {
  check_mode([] { std::fesetround(FE_TOWARDZERO); }, [] { return std::fegetround() == FE_TOWARDZERO; });
}

TEST_CASE("floating-point mode: it is there again after an exception") {
  const auto standard = cpu::read_floats();
  Model model = classifier();
  const Dataset data = blobs(60);
  const FitOptions options{.loss = SoftmaxCrossEntropy(), .optimizer = SGD({.lr = 1e38}), .epochs = 20, .batch = 6};
  std::fesetround(FE_DOWNWARD);
  bool thrown = false;
  try {
    fit(model, data, options);
  } catch (const NumericError&) {
    thrown = true;
  }
  const int after = std::fegetround();
  cpu::write_floats(standard);
  CHECK(thrown);
  CHECK(after == FE_DOWNWARD);
}
