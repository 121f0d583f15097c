#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/core/error.hpp>

#include "layers/losses/elementwise_terms.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr DType compute_types[] = {DType::f32, DType::f64};
constexpr double infinity = std::numeric_limits<double>::infinity();

// y and dx of single elements, dy = 1.
template <class L>
std::pair<std::vector<double>, std::vector<double>> single(const L& loss, const std::vector<double>& x, const std::vector<double>& t,
                                                           DType dtype = DType::f64) {
  LayerRunner run(loss, {Shape{1}, Shape{1}}, {.batch = static_cast<std::int64_t>(x.size()), .dtype = dtype});
  run.set_x(x, 0);
  run.set_x(t, 1);
  run.set_dy(std::vector<double>(x.size(), 1));
  run.forward();
  run.backward();
  return {numbers(run.y()), numbers(run.dx(0))};
}

using Numeric = std::vector<double>;

template <class F>
void for_each_term(F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::variant_alternative_t<I, ElementwiseTerm>{}), ...); }
  (std::make_index_sequence<std::variant_size_v<ElementwiseTerm>>{});
}

}  // namespace

TEST_CASE("elementwise losses: by hand at their corners") {
  for (const DType dtype : compute_types) {
    CHECK(single(MeanAbsoluteError(), {3, -1, 2}, {1, 1, 2}, dtype) == std::pair{Numeric{2, 2, 0}, Numeric{1, -1, 0}});
    CHECK(single(Huber({.delta = 2}), {1, 2, 5, -3}, {0, 0, 0, 0}, dtype) == std::pair{Numeric{0.5, 2, 8, 4}, Numeric{1, 2, 2, -2}});
    CHECK(single(SmoothL1({.beta = 2}), {1, 2, 5, -3}, {0, 0, 0, 0}, dtype) == std::pair{Numeric{0.25, 1, 4, 2}, Numeric{0.5, 1, 1, -1}});
    CHECK(single(SmoothL1({.beta = 0}), {1, 0, -3}, {0, 0, 0}, dtype) == std::pair{Numeric{1, 0, 3}, Numeric{1, 0, -1}});
    CHECK(single(Hinge(), {0.5, 1, 2, 0.5}, {1, 1, 1, -1}, dtype) == std::pair{Numeric{0.5, 0, 0, 1.5}, Numeric{-1, 0, 0, 1}});
    CHECK(single(BinaryCrossEntropy(), {0, 1}, {1, 0}, dtype).first == Numeric{100, 100});
    CHECK(single(BinaryCrossEntropy(), {0, 1}, {0, 1}, dtype).first == Numeric{0, 0});
    CHECK(single(KLDivergence(), {-infinity, -3}, {0, 1}, dtype).first == Numeric{0, 3});
  }
}

TEST_CASE("elementwise losses: logits of any size neither overflow nor lose the loss") {
  const auto [y, dx] = single(BinaryCrossEntropyWithLogits(), {800, -800, 800, -800, -40}, {0, 1, 1, 0, 0});
  CHECK(y[0] == 800);
  CHECK(y[1] == 800);
  CHECK(y[2] == 0);
  CHECK(y[3] == 0);
  CHECK(y[4] == doctest::Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(dx[0] == 1);
  CHECK(dx[1] == -1);
  CHECK(dx[4] == doctest::Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(single(BinaryCrossEntropyWithLogits(), {90}, {0}, DType::f32).first == Numeric{90});
}

TEST_CASE("elementwise losses: a NaN stays with its sample") {
  for_each_term([]<class F>(F term) {
    const ElementwiseLoss<F> loss(term);
    CAPTURE(loss.describe());
    for (const DType dtype : compute_types) {
      const auto y = single(loss, {std::nan(""), 0.5, 0.5}, {1, 1, std::nan("")}, dtype).first;
      CHECK(std::isnan(y[0]));
      CHECK(std::isfinite(y[1]));
      CHECK(std::isnan(y[2]));
    }
  });
}

TEST_CASE("elementwise losses: the bits do not depend on the number of threads") {
  for_each_term([]<class F>(F term) {
    const ElementwiseLoss<F> loss(term);
    CAPTURE(loss.describe());
    std::vector<std::vector<unsigned char>> first;
    for (int threads = 1; threads <= 4; ++threads) {
      LayerRunner run(loss, {Shape{1500}, Shape{1500}}, {.batch = 40, .threads = threads});
      run.randomize();
      run.forward();
      run.backward();
      const std::vector<std::vector<unsigned char>> result{bits(run.y()), bits(run.dx(0)), bits(run.dx(1))};
      if (threads == 1) first = result;
      CHECK(result == first);
    }
  });
}

TEST_CASE("binary cross entropy with logits: a pos_weight for each output") {
  const double near = std::log1p(std::exp(-2.0));
  for (const DType dtype : compute_types) {
    LayerRunner run(BinaryCrossEntropyWithLogits({.pos_weight = {3, 1, 0.5}, .reduction = Reduction::batch_mean}),
                    {Shape{2, 3}, Shape{2, 3}}, {.batch = 2, .dtype = dtype});
    run.set_x({0, 0, 0, 2, 2, 2, -2, -2, -2, 0, 0, 0}, 0);
    run.set_x({1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0}, 1);
    run.set_dy({2, 1});
    run.forward();
    run.backward();
    const double epsilon = dtype == DType::f64 ? 1e-14 : 1e-6;
    CHECK(numbers(run.y())[0] == doctest::Approx(4.5 * (std::log(2) + near)).epsilon(epsilon));
    CHECK(numbers(run.y())[1] == doctest::Approx(4.5 * (2 + near) + 3 * std::log(2)).epsilon(epsilon));
    const auto dx = numbers(run.dx(0));
    CHECK(std::vector(dx.begin(), dx.begin() + 3) == Numeric{-3, -1, -0.5});
    CHECK(std::vector(dx.end() - 3, dx.end()) == Numeric{0.5, 0.5, 0.5});
  }
  const BinaryCrossEntropyWithLogits equal({.pos_weight = {2.5, 2.5}}), one({.pos_weight = {2.5}});
  LayerRunner several(equal, {Shape{2}, Shape{2}}, {.batch = 7}), single(one, {Shape{2}, Shape{2}}, {.batch = 7});
  for (LayerRunner* run : {&several, &single}) {
    run->randomize();
    run->forward();
    run->backward();
  }
  CHECK(bits(several.y()) == bits(single.y()));
  CHECK(bits(several.dx(0)) == bits(single.dx(0)));
  CHECK(bits(several.dx(1)) == bits(single.dx(1)));
}

TEST_CASE("binary cross entropy with logits: several pos_weight have the same bits for any number of threads and stay on the CPU") {
  const BinaryCrossEntropyWithLogits loss({.pos_weight = {0.5, 2, 3}});
  std::vector<std::vector<unsigned char>> first;
  for (int threads = 1; threads <= 4; ++threads) {
    LayerRunner run(loss, {Shape{500, 3}, Shape{500, 3}}, {.batch = 40, .threads = threads});
    run.randomize();
    run.forward();
    run.backward();
    const std::vector<std::vector<unsigned char>> result{bits(run.y()), bits(run.dx(0)), bits(run.dx(1))};
    if (threads == 1) first = result;
    CHECK(result == first);
  }
  CHECK(loss.runs_on(Device::cpu()));
  CHECK(loss.runs_on(Device::cuda()));
  CHECK(loss.capturable());
  CHECK(BinaryCrossEntropyWithLogits().runs_on(Device::cuda()));
  CHECK(BinaryCrossEntropyWithLogits().capturable());
  CHECK(loss.divisor(Shape{3}, tensor({0, 1, 0, 1, 1, 1}, Shape{2, 3}, DType::f32)) == 2);
  CHECK(loss.describe() == "binary_cross_entropy_with_logits(pos_weight=[...])");
  CHECK(BinaryCrossEntropyWithLogits({.reduction = Reduction::sum}).describe() ==
        "binary_cross_entropy_with_logits(pos_weight=1, reduction=sum)");
  const auto by_default = BinaryCrossEntropyWithLogits::from_config({});
  CHECK(by_default.options().pos_weight == std::vector<double>{1});  // the default
}

TEST_CASE("binary cross entropy with logits: a pos_weight that makes no sense is refused") {
  CHECK_THROWS_WITH_AS(BinaryCrossEntropyWithLogits({.pos_weight = {}}),
                       "binary_cross_entropy_with_logits: pos_weight is empty, expected one for all outputs, or one for each. Leave it out "
                       "for 1.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(BinaryCrossEntropyWithLogits({.pos_weight = {1, 0}}),
                       "binary_cross_entropy_with_logits: pos_weight is 0, expected a finite number above 0.", ConfigError);
  CHECK_THROWS_AS(BinaryCrossEntropyWithLogits({.pos_weight = {std::nan("")}}), ConfigError);
  const std::vector<Shape> rows{Shape{2, 3}, Shape{2, 3}}, number{Shape{}, Shape{}}, unequal{Shape{2}, Shape{3}};
  const BinaryCrossEntropyWithLogits two({.pos_weight = {1, 2}});
  CHECK_THROWS_WITH_AS(two.infer(rows),
                       "pos_weight holds 2 numbers, the output [2, 3] ends in 3. Give one for all outputs, or one for each.", ShapeError);
  CHECK_THROWS_WITH_AS(two.infer(number), "pos_weight holds 2 numbers, the output [] ends in 1. Give one for all outputs, or one for each.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(two.infer(unequal),
                       "the target is [3] a sample, the output is [2], expected equal shapes. Give targets of the output's shape.",
                       ShapeError);
  CHECK_NOTHROW(BinaryCrossEntropyWithLogits({.pos_weight = {2}}).infer(number));
}

TEST_CASE("elementwise losses: one over many batches is that over all of them") {
  const Tensor targets = tensor({1, 2, 3, 4, 5}, Shape{5, 1}, DType::f64);
  CHECK(Huber().divisor(Shape{1}, targets) == 5);
  CHECK(Huber({.reduction = Reduction::batch_mean}).divisor(Shape{1}, targets) == 5);
  CHECK(Huber({.reduction = Reduction::sum}).divisor(Shape{1}, targets) == 1);
}

TEST_CASE("elementwise losses: targets that a term cannot take are named") {
  const auto targets = [](const std::vector<double>& values) { return tensor(values, Shape{2, 2}, DType::f32); };
  CHECK_THROWS_WITH_AS(Hinge().check_targets(Shape{2}, targets({1, -1, 0, 1})),
                       "hinge: sample 1, element 0 has the target 0, expected -1 or 1. Correct the targets.", ConfigError);
  CHECK_THROWS_WITH_AS(BinaryCrossEntropy().check_targets(Shape{2}, targets({1, 0, 0.5, 1.5})),
                       "binary_cross_entropy: sample 1, element 1 has the target 1.5, expected 0 to 1. Correct the targets.", ConfigError);
  CHECK_THROWS_WITH_AS(BinaryCrossEntropyWithLogits().check_targets(Shape{}, tensor({0, -1}, Shape{2}, DType::f64)),
                       "binary_cross_entropy_with_logits: sample 1 has the target -1, expected 0 to 1. Correct the targets.", ConfigError);
  CHECK_THROWS_AS(KLDivergence().check_targets(Shape{2}, targets({1, 0, 0, -0.5})), ConfigError);
  CHECK_THROWS_AS(PoissonNegativeLogLikelihood().check_targets(Shape{2}, targets({1, 0, 0, -1})), ConfigError);
  CHECK_NOTHROW(KLDivergence({.log_target = true}).check_targets(Shape{2}, targets({1, 0, 0, -0.5})));
  CHECK_NOTHROW(MeanAbsoluteError().check_targets(Shape{2}, targets({1, 0, 0, -0.5})));
  CHECK_NOTHROW(Hinge().check_targets(Shape{2}, Tensor(Shape{2, 2}, DType::u8)));
}

TEST_CASE("elementwise losses: options outside their range are refused and described") {
  CHECK_THROWS_WITH_AS(Huber({.delta = 0}), "huber: delta is 0, expected a finite number above 0.", ConfigError);
  CHECK_THROWS_WITH_AS(SmoothL1({.beta = -1}), "smooth_l1: beta is -1, expected a finite number, 0 or more.", ConfigError);
  CHECK_THROWS_WITH_AS(BinaryCrossEntropyWithLogits({.pos_weight = {infinity}}),
                       "binary_cross_entropy_with_logits: pos_weight is inf, expected a finite number above 0.", ConfigError);
  CHECK_THROWS_WITH_AS(PoissonNegativeLogLikelihood({.eps = std::nan("")}), "poisson: eps is nan, expected a finite number above 0.",
                       ConfigError);
  CHECK(Hinge().describe() == "hinge");
  CHECK(Hinge({.reduction = Reduction::sum}).describe() == "hinge(reduction=sum)");
  CHECK(Huber({.delta = 0.5, .reduction = Reduction::batch_mean}).describe() == "huber(delta=0.5, reduction=batch_mean)");
  CHECK(PoissonNegativeLogLikelihood().describe() == "poisson(log_input=true, full=false, eps=1e-08)");
  CHECK_THROWS_WITH_AS(Hinge::from_config(Config().set("reduction", std::string("none"))),
                       "config: 'reduction' is 'none', expected one of: mean, sum, batch_mean.", ConfigError);
}

TEST_CASE("elementwise losses: from a Config options that are missing have their defaults and unknown ones are refused") {
  const auto by_default = Huber::from_config({});
  CHECK(by_default.options().delta == 1);
  const auto summed = Huber::from_config(Config().set("delta", 2.0).set("reduction", std::string("sum")));
  CHECK(summed.options().reduction == Reduction::sum);
  CHECK_THROWS_WITH_AS(Huber::from_config(Config().set("dleta", 2.0)), "huber: has no option 'dleta', expected one of: delta.",
                       ConfigError);
}
