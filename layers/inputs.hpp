#pragma once

#include <span>
#include <string>
#include <weir/core/error.hpp>
#include <weir/core/shape.hpp>

#include "core/text.hpp"

namespace weir {

inline void require_one_input(std::span<const Shape> inputs) {
  if (inputs.size() == 1) return;
  throw ShapeError("got " + std::to_string(inputs.size()) + " inputs, expected 1. Join them with weir::Add() or weir::Concat() first.");
}

inline void require_several_inputs(std::span<const Shape> inputs) {
  if (inputs.size() >= 2) return;
  throw ShapeError("got " + std::to_string(inputs.size()) + " input, expected 2 or more. Leave the layer out, or give it more nodes.");
}

inline void require_equal_inputs(std::span<const Shape> inputs) {
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (inputs[i] == inputs[0]) continue;
    throw ShapeError("input " + std::to_string(i) + " is " + to_string(inputs[i]) + ", expected " + to_string(inputs[0]) +
                     " as input 0. Bring them to one shape, with weir::Dense() for example.");
  }
}

// Throws unless there is a last dimension, and it is not empty.
inline void require_width(const Shape& input) {
  if (input.rank() == 0) {
    throw ShapeError("its input is a single number, [], expected at least one dimension. Add weir::Flatten() before it.");
  }
  if (input.last() == 0) throw ShapeError("its last dimension is 0, expected at least 1. Give the input a width.");
}

inline void require_eps(const std::string& who, double eps) {
  if (eps > 0 && eps < 1e30) return;
  throw ConfigError(who + ": eps is " + number_text(eps) + ", expected a number above 0. Leave it out for the usual one.");
}

inline void require_output_and_target(std::span<const Shape> inputs) {
  if (inputs.size() == 2) return;
  throw ShapeError("got " + std::to_string(inputs.size()) + (inputs.size() == 1 ? " input" : " inputs") +
                   ", expected an output and its target. A loss is no layer of a graph.");
}

}  // namespace weir
