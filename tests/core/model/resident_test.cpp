#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <weir/activations/activation.hpp>
#include <weir/core/model.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>

#include "tests/support/malloc_counter.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Resident memory of this process in bytes; 0 where the system does not tell.
double resident() {
  std::ifstream statm("/proc/self/statm");
  double all = 0, pages = 0;
  statm >> all >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// A net after one step, so that all its memory has been touched.
Model trained(std::int64_t in, std::int64_t hidden, std::int64_t batch) {
  Model model(sequential({in}, Dense(hidden), ReLU(), Dense(hidden / 2), ReLU(), Dense(8)), {.max_batch = batch});
  const Tensor x(Shape{batch, in}), target(Shape{batch, 8});
  model.plan_training(MeanSquaredError(), {Shape{8}});
  const ConstTensorView inputs[] = {x}, targets[] = {target};
  model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
  return model;
}

}  // namespace

TEST_CASE("resident: a plan of over 100 MB takes what it says within a tenth") {
  if (resident() == 0 || allocations_unknown() != nullptr) {
    std::cout << "SKIPPED: " << (resident() == 0 ? "the system does not tell what lies in memory" : allocations_unknown()) << '\n';
    return;
  }
  trained(64, 64, 256);  // starts the threads and allocates their scratch
  for (const auto& [in, hidden, batch] : {std::tuple(1024, 4096, 64), std::tuple(64, 2048, 8192)}) {
    const double before = resident();
    const Model model = trained(in, hidden, batch);
    const double grown = resident() - before;
    const ModelMemory memory = model.memory();
    const auto planned = static_cast<double>(memory.parameters + memory.gradients + memory.state + memory.activations);
    CHECK(planned > 100e6);
    CHECK(grown == doctest::Approx(planned).epsilon(0.1));
  }
}
