#pragma once

#include <cstdint>

namespace weir {

// How a loss reduces the values of all samples and elements to one number, as in PyTorch.
enum class Reduction : std::uint8_t {
  mean,        // over samples and elements; with class weights divided by their sum
  sum,         // over samples and elements
  batch_mean,  // sum over elements, mean over samples: PyTorch's "batchmean"
};

}  // namespace weir
