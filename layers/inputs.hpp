#pragma once

#include <span>
#include <string>
#include <weir/core/error.hpp>
#include <weir/core/shape.hpp>

namespace weir {

inline void require_one_input(std::span<const Shape> inputs) {
  if (inputs.size() == 1) return;
  throw ShapeError("got " + std::to_string(inputs.size()) + " inputs, expected 1. Join them with weir::Add() or weir::Concat() first.");
}

inline void require_several_inputs(std::span<const Shape> inputs) {
  if (inputs.size() >= 2) return;
  throw ShapeError("got " + std::to_string(inputs.size()) + " input, expected 2 or more. Leave the layer out, or give it more nodes.");
}

inline void require_output_and_target(std::span<const Shape> inputs) {
  if (inputs.size() == 2) return;
  throw ShapeError("got " + std::to_string(inputs.size()) + (inputs.size() == 1 ? " input" : " inputs") +
                   ", expected an output and its target. A loss is no layer of a graph.");
}

}  // namespace weir
