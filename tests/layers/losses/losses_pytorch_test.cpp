// Every loss, made as from a file, against PyTorch, forward and backward. The reference is tests/reference/losses.txt, made by
// make_losses.py there.

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>
#include <weir/core/loss.hpp>
#include <weir/core/registry.hpp>

#include "tests/support/layer_runner.hpp"
#include "tests/support/reference.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const Reference& reference() {
  static const Reference loaded(WEIR_TEST_REFERENCE "/losses.txt");
  return loaded;
}

const char* const reductions[] = {"mean", "sum", "batch_mean"};

// "huber.0.25", ...
std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& [name, array] : reference().arrays()) {
    if (name.ends_with(".x")) names.push_back(name.substr(0, name.size() - 2));
  }
  return names;
}

Config config_of(const std::string& name, const std::string& reduction) {
  Config config;
  for (const auto& [key, word] : reference().words()) {
    if (!key.starts_with(name + ".") || key.find('.', name.size() + 1) != std::string::npos) continue;
    const std::string option = key.substr(name.size() + 1);
    if (word == "true" || word == "false") {
      config.set(option, word == "true");
    } else if (word.find_first_of(".e") == std::string::npos) {
      config.set(option, std::int64_t{std::stoll(word)});
    } else {
      config.set(option, reference().number(key, 0));
    }
  }
  for (const std::string option : {"weight", "pos_weight"}) {
    if (reference().has_array(name + "." + option)) config.set(option, reference().array(name + "." + option).values);
  }
  if (reduction != "mean") config.set("reduction", reduction);
  return config;
}

// The largest error: |got - expected| over the larger of |expected| and 0.1, so that 1e-5 has a floor of 1e-6.
double worst_of(const std::vector<double>& got, const std::vector<double>& expected) {
  double worst = got.size() == expected.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i) {
    const double error = std::abs(got[i] - expected[i]) / std::max(std::abs(expected[i]), 0.1);
    worst = error <= worst ? worst : std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
  }
  return worst;
}

double worst_of_case(const std::string& name, const std::string& reduction, DType dtype) {
  const Config config = config_of(name, reduction);
  const std::unique_ptr<Layer> layer = make_registered_layer(name.substr(0, name.find('.')), config);
  for (const auto& [entry, value] : config.entries()) CHECK(layer->config().contains(entry));
  const auto &x = reference().array(name + ".x"), &t = reference().array(name + ".t");
  const auto sample = [](const Reference::Array& array) { return Shape(std::span<const std::int64_t>(array.extents).subspan(1)); };
  const std::int64_t batch = x.extents[0];
  LayerRunner run(*layer, {sample(x), sample(t)}, {.batch = batch, .dtype = dtype});
  run.set_x(x.values, 0);
  run.set_x(t.values, 1);
  run.set_dy(std::vector<double>(static_cast<std::size_t>(batch), 1 / static_cast<double>(batch)));  // dy = 1 / batch, as in a Model
  const std::string own = name + "." + reduction;
  const bool wants_dt = reference().has_array(own + ".dt");
  if (!wants_dt) run.skip_dx(1);
  run.forward();
  run.backward();
  double loss = 0;
  for (const double y : numbers(run.y())) loss += y / static_cast<double>(batch);
  double worst = worst_of({loss}, reference().array(own + ".loss").values);
  worst = std::max(worst, worst_of(numbers(run.dx(0)), reference().array(own + ".dx").values));
  if (wants_dt) worst = std::max(worst, worst_of(numbers(run.dx(1)), reference().array(own + ".dt").values));
  return worst;
}

}  // namespace

TEST_CASE("losses: each agrees with PyTorch to 1e-12 in double and 1e-5 in float") {
  double in_double = 0, in_float = 0;
  for (const std::string& name : cases()) {
    for (const std::string reduction : reductions) {
      CAPTURE(name);
      CAPTURE(reduction);
      const double f64 = worst_of_case(name, reduction, DType::f64), f32 = worst_of_case(name, reduction, DType::f32);
      CHECK(f64 <= 1e-12);
      CHECK(f32 <= 1e-5);
      in_double = std::max(in_double, f64);
      in_float = std::max(in_float, f32);
    }
  }
  MESSAGE("worst error " << in_double << " in double, " << in_float << " in float, " << cases().size() << " cases of 3 reductions");
}

TEST_CASE("losses: the reference has every one of them") {
  std::set<std::string> types;
  for (const std::string& name : cases()) types.insert(name.substr(0, name.find('.')));
  CHECK(types == std::set<std::string>{"binary_cross_entropy", "binary_cross_entropy_with_logits", "hinge", "huber", "kl_divergence",
                                       "mean_absolute_error", "mean_squared_error", "multi_margin", "negative_log_likelihood", "poisson",
                                       "smooth_l1", "softmax_cross_entropy"});
}
