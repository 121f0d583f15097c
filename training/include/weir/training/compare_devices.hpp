#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>
#include <weir/core/graph.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/optimizer.hpp>

namespace weir {

struct CompareOptions {
  Losses loss = {};  // one for each output of the graph
  AnyOptimizer optimizer = {};
  std::int64_t batch = 64;
  Device device = Device::cuda();
  DType dtype = DType::f32;
  Precision precision = Precision::f32;
  std::uint64_t seed = 0;
};

// What a comparison of two devices found. Printing it draws the whole table.
struct DeviceComparison {
  struct Row {
    std::string what;       // "output of 0 dense(128)", "gradient of 0.weight, fused", "0.weight after the update"
    double difference = 0;  // the largest |device - cpu| over the largest |cpu| of the block; infinite where one alone is not finite
    double bound = 0;
  };
  std::vector<Row> rows;  // in the order of computation
  std::string problem;    // the first row beyond its bound, in words; empty when there is none

  bool passed() const { return problem.empty(); }
};

// Makes the same Model on the CPU and on another device and takes the same training step on both, once with every layer on its own and
// once fused: outputs of the layers, the loss, the gradients, and the parameters after an update by the CPU's gradients. The bound of an
// output or gradient is 5e-5 in f32 (5e-3 with tf32 products, 5e-2 with bf16) and 1e-12 in f64, of a parameter 1e-6 and 1e-12.
// Throws what the Model, plan_training and step throw.
DeviceComparison compare_devices(const Graph& graph, const Dataset& data, const CompareOptions& options);

std::ostream& operator<<(std::ostream& out, const DeviceComparison& comparison);

}  // namespace weir
