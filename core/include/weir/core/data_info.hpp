#pragma once

#include <optional>
#include <string>
#include <vector>

#include <weir/core/shape.hpp>

namespace weir {

// What is known of an input or target besides its values; each member may be left unset.
struct FieldInfo {
  std::optional<double> divisor = {};     // a u8 value stands for value / divisor; 1e-30 to 1e30
  Shape image = {};                       // a sample is an image [height, width, channels], stored in this order
  std::vector<std::string> columns = {};  // one name for each number of a sample
  std::vector<std::string> classes = {};  // one name for each class

  friend bool operator==(const FieldInfo&, const FieldInfo&) = default;
};

// A FieldInfo for each input and target, in the order of a graph's inputs and outputs.
struct DataInfo {
  std::vector<FieldInfo> inputs = {};
  std::vector<FieldInfo> targets = {};

  friend bool operator==(const DataInfo&, const DataInfo&) = default;
};

}  // namespace weir
