#include "tests/activations/exhaustive_checks.hpp"

#include <weir/core/array.hpp>

#include "tests/activations/exhaustive_scan.hpp"

namespace weir::test {

namespace {

// 2^-24 times max(a formula's largest term, the smallest normal float): the error bound where terms cancel.
double term_at(double largest_term) { return 0x1p-24 * std::max(clamped(largest_term), 0x1p-126); }

// Updates the findings with the result for one input. The rules of Findings::broken_rules: NaN exactly where expected, correct limits at
// infinity, results within the range, the right sign of an exact zero.
void compare(const Check& check, float x, float result, double expected, Findings& found) {
  const double got = result;
  if (std::isnan(expected) || std::isnan(got) || std::isinf(x)) {
    const bool right = std::isnan(expected) ? std::isnan(got) : result == static_cast<float>(expected);
    if (!right) ++found.broken_rules;
    return;
  }
  const bool wrong_zero = got == 0 && expected == 0 && std::signbit(got) != std::signbit(expected);
  if (got < check.low || got > check.high || wrong_zero) ++found.broken_rules;
  if (check.exact && result != static_cast<float>(expected)) ++found.beyond;

  if (got == expected) return;

  const double error = std::fabs(clamped(got) - clamped(expected));
  const double ulp = error / ulp_at(clamped(expected));
  if (ulp > found.worst_ulp || (ulp == found.worst_ulp && x > found.worst_ulp_at)) {
    found.worst_ulp = ulp;
    found.worst_ulp_at = x;
  }
  if (check.judged && ulp <= ulp_bound) return;
  const double term = check.largest_term ? error / term_at(check.largest_term(x)) : infinity;
  if (check.largest_term && (term > found.worst_term || (term == found.worst_term && x > found.worst_term_at))) {
    found.worst_term = term;
    found.worst_term_at = x;
  }
  if (term > 1) ++found.beyond;
}

// Whether a block may change the findings: it has a larger error than any so far, or something special.
bool is_news(const Check& check, const Scan& scan, const Findings& found) {
  const bool record = scan.worst_ulp > 0 && scan.worst_ulp >= found.worst_ulp;
  return scan.odd || record || scan.worst_ulp > ulp_bound || !check.judged;
}

Context one_thread() {
  Context context = context_for(Device::cpu());
  context.threads = 1;
  return context;
}

ConstTensorView view(const std::vector<float>& x) { return {x.data(), Shape{Inputs::block}}; }
TensorView view(std::vector<float>& y) { return {y.data(), Shape{Inputs::block}}; }

// Makes a Check from `whole(x, y)`, which works on arrays, and `single(x)`, which works on one number.
template <class Whole, class Single>
Check make_check(std::string name, double (*expected)(double), Whole whole, Single single) {
  Check check;
  check.name = std::move(name);
  check.expected = expected;
  check.whole = [whole](const std::vector<float>& x, std::vector<float>& y) { whole(view(x), view(y)); };
  check.single = [single](const std::vector<float>& x, std::vector<float>& y) { std::transform(x.begin(), x.end(), y.begin(), single); };
  return check;
}

template <class F>
void add_checks(const F& f, const Formula& formula, std::vector<Check>& checks) {
  const Context context = one_thread();
  const std::vector<float> ones(Inputs::block, 1.0F);
  const std::string name(formula.name);
  const auto forward = [=](const ConstTensorView& x, const TensorView& y) { activate(context, f, x, y); };
  const auto backward = [=](const ConstTensorView& x, const TensorView& y) { activate_backward(context, f, x, view(ones), y); };

  checks.push_back(make_check(name, formula.forward, forward, [f](float x) { return f.forward(x); }));
  checks.back().low = formula.low;
  checks.back().high = formula.high;
  checks.back().exact = formula.exact;

  const std::string from = f.needs == Needs::neither ? "" : f.needs == Needs::x ? " from x" : " from y";
  checks.push_back(make_check(name + "'" + from, formula.derivative, backward, [f](float x) { return f.backward(x, 1.0F); }));
  checks.back().largest_term = formula.largest_term;
  checks.back().exact = formula.exact;

  if (!formula.derivative_at_x) return;
  const auto through_y = [=](const ConstTensorView& x, const TensorView& y) {
    forward(x, y);
    backward(y, y);
  };
  checks.push_back(
      make_check(name + "' at x through y", formula.derivative_at_x, through_y, [f](float x) { return f.backward(f.forward(x), 1.0F); }));
  checks.back().largest_term = [](double) { return 1.0; };
  checks.back().judged = false;
}

}  // namespace

void Findings::merge(const Findings& other) {
  const auto later = [](double worst, double at, double other_worst, double other_at) {
    return other_worst > worst || (other_worst == worst && other_worst > 0 && other_at > at);
  };
  if (later(worst_ulp, worst_ulp_at, other.worst_ulp, other.worst_ulp_at)) {
    worst_ulp = other.worst_ulp;
    worst_ulp_at = other.worst_ulp_at;
  }
  if (later(worst_term, worst_term_at, other.worst_term, other.worst_term_at)) {
    worst_term = other.worst_term;
    worst_term_at = other.worst_term_at;
  }
  inputs += other.inputs;
  beyond += other.beyond;
  broken_rules += other.broken_rules;
  differ += other.differ;
}

Findings examine(const Check& check, const Inputs& inputs) {
  Findings total;
#pragma omp parallel
  {
    Findings found;
    std::vector<float> x(Inputs::block), whole(Inputs::block), single(Inputs::block);
    std::vector<double> expected(Inputs::block), largest_term(Inputs::block, 1.0);
#pragma omp for schedule(dynamic, 16)
    for (std::int64_t block = 0; block < inputs.blocks(); ++block) {
      inputs.fill(block, x);
      check.whole(x, whole);
      std::transform(x.begin(), x.end(), expected.begin(), check.expected);
      found.inputs += x.size();
      if (is_news(check, scan(check, x, whole, expected), found)) {
        for (std::size_t i = 0; i < x.size(); ++i) compare(check, x[i], whole[i], expected[i], found);
      }
      if (!inputs.looks_alone(block)) continue;
      check.single(x, single);
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (__builtin_bit_cast(std::uint32_t, whole[i]) != __builtin_bit_cast(std::uint32_t, single[i])) ++found.differ;
      }
    }
#pragma omp critical
    total.merge(found);
  }
  return total;
}

std::vector<Check> all_checks(bool unjudged) {
  std::vector<Check> checks;
  for (const ActivationFunction& function : all_activations()) {
    const auto* formula =
        std::find_if(std::begin(formulas), std::end(formulas), [&](const Formula& f) { return f.name == name(function); });
    if (formula == std::end(formulas)) {
      throw std::runtime_error(std::string(name(function)) + ": has no formula to be compared with. Add it to formulas.hpp.");
    }
    std::visit([&](const auto& f) { add_checks(f, *formula, checks); }, function);
  }
  const Context context = one_thread();
  checks.push_back(make_check(
      "relu_grad", relu_mask, [=](const ConstTensorView& x, const TensorView& g) { relu_grad(context, x, g); },
      [](float x) { return ReLU().backward(x, 1.0F); }));
  checks.back().exact = true;
  if (!unjudged) std::erase_if(checks, [](const Check& check) { return !check.judged; });
  return checks;
}

}  // namespace weir::test
