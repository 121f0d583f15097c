#pragma once

#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// What keeps the tensors of a file from being the parameters and running statistics of a graph.
struct WeightsReport {
  std::vector<std::string> missing;     // names that only the graph has
  std::vector<std::string> unexpected;  // names that only the file has, but for those that weir keeps beside a Model
  std::vector<std::string> problems;    // all that does not fit, in words; missing and unexpected only when strict
  bool only_shapes = true;              // every problem is a shape

  std::string text() const;  // the problems in one line, the first 20 of them
};

WeightsReport compare_weights(const TensorFile& file, const Graph& graph, bool strict);

// Fills the blocks of a host arena that the file has tensors for, in place. The file must fit.
void read_weights(const TensorFile& file, const std::vector<ArenaEntry>& entries, const TensorView& arena);

}  // namespace weir
