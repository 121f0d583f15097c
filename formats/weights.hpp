#pragma once

#include <map>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// How the tensors of a file differ from the parameters and state of a graph.
struct WeightsReport {
  std::vector<std::string> missing;            // only in the graph
  std::vector<std::string> unexpected;         // only in the file, except for tensors that weir adds to a Model's file
  std::vector<std::string> problems;           // all differences in words; missing and unexpected names only when strict
  bool only_shapes = true;                     // every problem is a shape that differs
  std::map<std::string, std::string> sources;  // for each of the graph's tensors that the file has: its name in the file

  std::string text() const;  // the first 20 problems, in one line
};

// A parameter that several nodes share may have the name that it has at any of them, or all names with equal values. BatchNorm's
// num_batches_tracked, which PyTorch saves, is ignored.
WeightsReport compare_weights(const TensorFile& file, const Graph& graph, bool strict);

// Reads the tensors that the file has into the blocks of a host arena. The report must have no problems.
void read_weights(const TensorFile& file, const WeightsReport& report, const std::vector<ArenaEntry>& entries, const TensorView& arena);

}  // namespace weir
