// A view of a temporary would outlive it, so it does not compile; a temporary as an argument of a function does.

#include <doctest/doctest.h>

#include <concepts>
#include <weir/weir.hpp>

#include "tests/support/in_memory.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A function of an object that compiles if the expression does.
#define CALL(expression) [](auto&& x) -> decltype(static_cast<decltype(x)>(x).expression) { return static_cast<decltype(x)>(x).expression; }

// Whether f takes an object that has a name, and no temporary.
template <class T, class F>
constexpr bool only_named(F) {
  return std::invocable<F, T&> && !std::invocable<F, T> && !std::invocable<F, const T>;
}
template <class T, class F>
constexpr bool also_constant(F f) {
  return only_named<T>(f) && std::invocable<F, const T&>;
}

static_assert(also_constant<Tensor>(CALL(view())));
static_assert(also_constant<Tensor>(CALL(template values<float>())));
static_assert(also_constant<Shape>(CALL(extents())));

static_assert(also_constant<Graph>(CALL(entries())));
static_assert(also_constant<Graph>(CALL(inputs())));
static_assert(also_constant<Graph>(CALL(outputs())));
static_assert(also_constant<Graph>(CALL(shape(Node()))));

static_assert(also_constant<Model>(CALL(graph())));
static_assert(also_constant<Model>(CALL(options())));
static_assert(also_constant<Model>(CALL(parameters())));
static_assert(also_constant<Model>(CALL(states())));
static_assert(also_constant<Model>(CALL(parameter("a"))));
static_assert(also_constant<Model>(CALL(state("a"))));
static_assert(also_constant<Model>(CALL(parameter_arena())));
static_assert(also_constant<Model>(CALL(state_arena())));
static_assert(also_constant<Model>(CALL(outputs())));
static_assert(also_constant<Model>(CALL(gradient("a"))));
static_assert(also_constant<Model>(CALL(input_gradient(0))));
static_assert(also_constant<Model>(CALL(training_state())));
static_assert(also_constant<Model>(CALL(data_info())));
static_assert(also_constant<Model>(CALL(activation("a"))));
static_assert(only_named<Model>(CALL(gradient_arena())));
static_assert(only_named<Model>(CALL(forward(ConstTensorView()))));
static_assert(only_named<Model>(CALL(forward(std::span<const ConstTensorView>()))));

static_assert(also_constant<Config>(CALL(word("a"))));
static_assert(also_constant<Config>(CALL(integers("a"))));
static_assert(also_constant<Config>(CALL(children("a"))));
static_assert(also_constant<Config>(CALL(child("a"))));
static_assert(also_constant<Config>(CALL(entries())));
static_assert(also_constant<Losses>(CALL(terms())));

static_assert(also_constant<Dense>(CALL(options())));
static_assert(also_constant<Dense>(CALL(activation())));
static_assert(also_constant<Activation>(CALL(function())));
static_assert(also_constant<Huber>(CALL(options())));
static_assert(also_constant<SoftmaxCrossEntropy>(CALL(options())));
static_assert(also_constant<BinaryCrossEntropyWithLogits>(CALL(options())));
static_assert(also_constant<Adam>(CALL(options())));
static_assert(also_constant<StepLR>(CALL(options())));

static_assert(also_constant<Dataset>(CALL(inputs())));
static_assert(also_constant<Dataset>(CALL(targets())));
static_assert(!std::constructible_from<Field, Tensor, std::nullptr_t>);
static_assert(std::constructible_from<Field, Tensor&, std::nullptr_t>);

static_assert(also_constant<TensorFile>(CALL(name())));
static_assert(also_constant<TensorFile>(CALL(entries())));
static_assert(also_constant<TensorFile>(CALL(find("a"))));
static_assert(also_constant<TensorFile>(CALL(metadata())));

#undef CALL

}  // namespace

TEST_CASE("temporaries: a function takes a temporary tensor") {
  Model model(sequential({2}, ReLU()));
  CHECK(numbers(predict(model, Tensor::from<float>({-1, 2}, Shape{1, 2}))) == std::vector<double>{0, 2});
  CHECK(numbers(model.forward(Tensor::from<float>({-1, 2}, Shape{1, 2}))) == std::vector<double>{0, 2});
  Tensor y(Shape{2});
  copy(Tensor::from<float>({3, 4}, Shape{2}), y);
  CHECK(numbers(y) == std::vector<double>{3, 4});
}

TEST_CASE("temporaries: the shape of one is a value and lasts") {
  const Shape& shape = Tensor(Shape{2, 3}).shape();
  CHECK(shape == Shape{2, 3});
  Model model(sequential({2}, Dense(3)));
  const Shape& of_view = model.parameter("0.weight").shape();
  CHECK(of_view == Shape{3, 2});
}

TEST_CASE("temporaries: a TensorFile keeps the bytes of a temporary vector") {
  const Tensor x = Tensor::from<float>({1, 2}, Shape{2});
  const auto bytes = [&] {
    std::vector<std::byte> file;
    write_safetensors(file, std::vector<NamedTensor>{{"x", x}});
    return file;
  };
  const TensorFile file(bytes());
  const std::vector<std::byte> other(bytes().size(), std::byte{255});  // takes memory that was freed
  CHECK(file.name() == "(memory)");
  CHECK(numbers(file.read("x")) == std::vector<double>{1, 2});
}
