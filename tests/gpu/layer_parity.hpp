#pragma once

#include "tests/gpu/device.hpp"

// One layer on a device against the CPU, forward and backward.

namespace weir::test {

inline constexpr DType compute_types[] = {DType::f32, DType::f64};

// Runs a layer on both devices with the same numbers and compares all results; `prepare` sets inputs that are not random (labels), `bound`
// is relative to max abs of a tensor.
template <class Prepare>
void compare(std::shared_ptr<const Layer> layer, const std::vector<Shape>& inputs, std::int64_t batch, DType dtype, double bound,
             Prepare&& prepare) {
  LayerRunner host(layer, inputs, {.batch = batch, .dtype = dtype}), device(layer, inputs, {.batch = batch, .dtype = dtype, .device = gpu});
  host.randomize();
  device.randomize();
  prepare(host);
  prepare(device);
  host.forward();
  device.forward();
  INFO(layer->describe() << ", batch " << batch << ", " << to_string(dtype));
  CHECK(difference(device.y(), host.y()) <= bound);
  for (std::size_t i = 0; i < host.plan().state.size(); ++i) {
    INFO("next " << host.plan().state[i].name);
    CHECK(difference(device.state_next(i), host.state_next(i)) <= bound);
  }
  host.backward();
  device.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    INFO("dx " << i);
    if (!host.dx(i).empty()) CHECK(difference(device.dx(i), host.dx(i)) <= bound);
  }
  for (std::size_t i = 0; i < host.plan().parameters.size(); ++i) {
    INFO("gradient of " << host.plan().parameters[i].name);
    CHECK(difference(device.dparameter(i), host.dparameter(i)) <= bound);
  }
}

template <class L>
void compare_all(const L& layer, const std::vector<Shape>& inputs, double scale = 1) {
  for (const DType dtype : compute_types) {
    for (const std::int64_t batch : {0, 1, 5, 64, 257}) {
      compare(make_layer(L(layer)), inputs, batch, dtype, scale * sum_bound(dtype), [](LayerRunner&) {});
    }
  }
}

inline std::vector<double> labels(std::int64_t count, std::int64_t classes) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i * 7 % classes));
  return values;
}

inline std::vector<double> probabilities(std::int64_t rows, std::int64_t classes) {
  std::vector<double> values;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto total = static_cast<double>(classes * (classes + 1) / 2);
    for (std::int64_t j = 0; j < classes; ++j) values.push_back(static_cast<double>((j + row) % classes + 1) / total);
  }
  return values;
}

}  // namespace weir::test
