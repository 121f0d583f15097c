#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include <weir/activations/functions.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/reference.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// The file that tests/reference/make_activations.py wrote.
const Reference& reference() {
  static const Reference file(WEIR_TEST_REFERENCE "/activations.txt");
  return file;
}

// The activation of a case, with the parameters that the case names and defaults for the others.
ActivationFunction function_of(const std::string& number) {
  const ActivationFunction defaults = activation_by_name(reference().word(number + ".function"));
  Config given;
  const Config known = config(defaults);
  for (const auto& [entry, value] : known.entries()) {
    const std::string word = number + "." + entry;
    given.set(entry, entry != "function" && reference().has_word(word) ? Config::Value(reference().number(word, 0)) : value);
  }
  return function_from_config(given);
}

// max of |actual - expected| / (floor + bound |expected|); at most 1 passes.
double worst_error(const std::vector<double>& actual, const std::vector<double>& expected, double bound, double floor) {
  REQUIRE(actual.size() == expected.size());
  double worst = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double error = std::abs(actual[i] - expected[i]) / (floor + bound * std::abs(expected[i]));
    worst = error <= worst ? worst : error;  // keeps a NaN
  }
  return worst;
}

}  // namespace

// The absolute tolerance in double allows for PyTorch's gelu, x (1 + erf(x)) / 2, which cancels for negative x.
TEST_CASE("activations: forward and backward agree with PyTorch") {
  std::set<std::string> seen;
  for (int n = 0; reference().has_word(std::to_string(n) + ".function"); ++n) {
    const std::string number = std::to_string(n);
    const ActivationFunction f = function_of(number);
    const std::string what = describe(f);
    CAPTURE(what);
    seen.insert(std::string(name(f)));
    for (const DType dtype : {DType::f64, DType::f32}) {
      CAPTURE(to_string(dtype));
      const auto given = [&](const char* key) { return reference().array(number + "." + key).values; };
      const Shape shape{static_cast<std::int64_t>(given("x").size())};
      const Tensor x = tensor(given("x"), shape, dtype), dy = tensor(given("dy"), shape, dtype);
      Tensor y(shape, dtype), dx(shape, dtype);
      activate(f, x, y);
      activate_backward(f, needs(f) == Needs::x ? x : y, dy, dx);
      const double bound = dtype == DType::f64 ? 1e-12 : 1e-5, floor = dtype == DType::f64 ? 1e-15 : 1e-6;
      CHECK(worst_error(numbers(y), given("y"), bound, floor) <= 1);
      CHECK(worst_error(numbers(dx), given("dx"), bound, floor) <= 1);
    }
  }
  for (const ActivationFunction& f : all_activations()) {
    const bool theirs = name(f) != "tanh_offset";  // which PyTorch does not have
    CAPTURE(name(f));
    CHECK(seen.contains(std::string(name(f))) == theirs);
  }
}
