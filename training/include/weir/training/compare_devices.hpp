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

// The result of compare_devices(). std::cout << comparison prints it as a table.
struct DeviceComparison {
  struct Row {
    std::string what;       // "output of 0 dense(128)", "gradient of 0.weight, fused", "0.weight after the update"
    double difference = 0;  // max |device - cpu| / max |cpu| over the tensor; infinity where only one of the two is finite
    double bound = 0;
  };
  std::vector<Row> rows;  // in the order of computation
  std::string problem;    // describes the first row whose difference exceeds its bound; empty when none does

  bool passed() const { return problem.empty(); }
};

// Runs the same training step on the CPU and on options.device, once without fusion (every layer's output is compared) and once fused (the
// graph's outputs are), and compares outputs, loss, gradients and, where an optimizer is given, the parameters after an update; for the
// update both devices use the CPU's gradients. Bounds of the relative difference: outputs, loss and gradients 5e-5 in f32 (5e-3 with tf32
// products, 5e-2 with bf16) and 1e-12 in f64; parameters 1e-6 in f32 and 1e-12 in f64. Uses the first options.batch samples of data. Throws
// what Model, plan_training and step throw.
DeviceComparison compare_devices(const Graph& graph, const Dataset& data, const CompareOptions& options);

std::ostream& operator<<(std::ostream& out, const DeviceComparison& comparison);

}  // namespace weir
