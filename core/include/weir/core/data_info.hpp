#pragma once

#include <optional>
#include <string>
#include <vector>

#include <weir/core/shape.hpp>

namespace weir {

// What is known of an input or a target besides its numbers; each member may be left out.
struct FieldInfo {
  std::optional<double> divisor = {};     // a byte stands for value / divisor: 1e-30 to 1e30
  Shape image = {};                       // a sample is a picture: [height, width, channels], its numbers in this order
  std::vector<std::string> columns = {};  // a name for each number of a sample
  std::vector<std::string> classes = {};  // a name for each class

  friend bool operator==(const FieldInfo&, const FieldInfo&) = default;
};

// The same for all inputs and targets, in the order of a graph's inputs and outputs.
struct DataInfo {
  std::vector<FieldInfo> inputs = {};
  std::vector<FieldInfo> targets = {};

  friend bool operator==(const DataInfo&, const DataInfo&) = default;
};

}  // namespace weir
