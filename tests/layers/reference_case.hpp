#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <weir/core/loss.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/reference.hpp"

namespace weir::test {

// What tests/reference/make_layers.py wrote.
inline const Reference& layers_reference() {
  static const Reference reference(WEIR_TEST_REFERENCE "/layers.txt");
  return reference;
}

// Runs a layer on a case's numbers and compares y and every gradient.
inline void check_reference_case(const Layer& layer, const std::string& name, DType dtype) {
  CAPTURE(name);
  CAPTURE(to_string(dtype));
  const auto given = [&](const std::string& key) { return layers_reference().array(name + "." + key); };
  const auto numbered = [&](std::string key, std::size_t i) { return given(key += std::to_string(i)); };
  const double bound = dtype == DType::f64 ? 1e-14 : 1e-6;
  const bool loss = dynamic_cast<const Loss*>(&layer) != nullptr;
  std::vector<Shape> inputs;
  for (std::size_t i = 0; i < (loss ? 2 : 1); ++i) {
    inputs.push_back(Shape(std::span<const std::int64_t>(numbered("x", i).extents).subspan(1)));
  }
  LayerRunner run(layer, inputs, {.batch = given("x0").extents[0], .dtype = dtype});
  for (std::size_t i = 0; i < inputs.size(); ++i) run.set_x(numbered("x", i).values, i);
  for (std::size_t i = 0; i < run.plan().parameters.size(); ++i) run.set_parameter(i, given(run.plan().parameters[i].name).values);
  run.set_dy(given("dy").values);

  run.forward();
  REQUIRE(worst_error(numbers(run.y()), given("y").values) <= bound);
  run.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (run.dx(i).empty()) continue;
    CAPTURE(i);
    CHECK(worst_error(numbers(run.dx(i)), numbered("dx", i).values) <= bound);
  }
  for (std::size_t i = 0; i < run.plan().parameters.size(); ++i) {
    CAPTURE(run.plan().parameters[i].name);
    CHECK(worst_error(numbers(run.dparameter(i)), given("d" + run.plan().parameters[i].name).values) <= bound);
  }
}

}  // namespace weir::test
