#pragma once

#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// How the tensors of a file differ from the parameters and state of a graph.
struct WeightsReport {
  std::vector<std::string> missing;     // only in the graph
  std::vector<std::string> unexpected;  // only in the file, except for tensors that weir adds to a Model's file
  std::vector<std::string> problems;    // all differences in words; missing and unexpected names only when strict
  bool only_shapes = true;              // every problem is a shape that differs

  std::string text() const;  // the first 20 problems, in one line
};

WeightsReport compare_weights(const TensorFile& file, const Graph& graph, bool strict);

// Reads the tensors that the file has into the blocks of a host arena. The file must have passed compare_weights.
void read_weights(const TensorFile& file, const std::vector<ArenaEntry>& entries, const TensorView& arena);

}  // namespace weir
