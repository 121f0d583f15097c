#pragma once

#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fit.hpp>

#include "tests/gpu/stand_in.hpp"
#include "tests/training/toy.hpp"

namespace weir::test {

// Options with which the tests of recorded steps train.
inline FitOptions options_for(std::int64_t epochs) {
  FitOptions options;
  options.loss = SoftmaxCrossEntropy();
  options.optimizer = Adam();
  options.epochs = epochs;
  options.batch = 16;
  return options;
}

// After the first two of five epochs of 100 batches nothing is allocated, and the host waits a few times an epoch.
inline void check_steady_state(FitOptions options) {
  StandIn device;
  Model model = classifier({.device = Device::cuda()});
  std::vector<std::int64_t> allocations, waits;
  options.on_epoch = [&](const EpochReport&) {
    allocations.push_back(device.count("allocate"));
    waits.push_back(device.count("wait"));
    return Control::go_on;
  };
  fit(model, blobs(1600), options);
  REQUIRE(allocations.size() == 5);
  for (std::size_t i = 2; i < allocations.size(); ++i) {
    CHECK(allocations[i] == allocations[1]);
    CHECK(waits[i] - waits[i - 1] <= 8);
  }
}

}  // namespace weir::test
