#pragma once

#include <cstdint>

namespace weir {

// How a loss makes one number of the terms of all samples and their elements.
enum class Reduction : std::uint8_t {
  mean,        // the mean over samples and elements; with class weights, divided by their sum
  sum,         // the sum over samples and elements
  batch_mean,  // the sum over elements, the mean over samples
};

}  // namespace weir
