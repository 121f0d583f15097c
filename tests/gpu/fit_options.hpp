#pragma once

#include <cstdint>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>

namespace weir::test {

// What the tests of recorded steps train with.
inline FitOptions options_for(std::int64_t epochs) {
  FitOptions options;
  options.loss = SoftmaxCrossEntropy();
  options.optimizer = Adam();
  options.epochs = epochs;
  options.batch = 16;
  return options;
}

}  // namespace weir::test
