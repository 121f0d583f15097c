#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>
#include <weir/core/graph.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/make_layer.hpp>
#include <weir/training/gradcheck_report.hpp>

namespace weir {

struct GradcheckOptions {
  Losses loss = {};                 // none: every output times a random tensor, summed
  std::vector<Shape> targets = {};  // of a sample, one a loss; empty: as the outputs. Filled with labels or with probabilities
  bool sample_weights = false;      // give each sample a random weight in each loss
  std::int64_t batch = 3;
  std::uint64_t seed = 0;
  double low = -2, high = 2;          // compute inputs are drawn from here
  std::int64_t indices = 2;           // i32 and u8 inputs hold numbers below this
  std::optional<bool> zeros = {};     // make some input entries exactly 0, where activations have corners; unset: for one layer only
  double h = 1e-2;                    // step of the eight-point difference; where a corner is near, h / 3 and h / 10
  double tolerance = 1e-10;           // of the eight-point difference
  double two_point_tolerance = 1e-7;  // of the two-point difference, and of the one from the left
  std::int64_t max_entries = 0;       // at most so many entries a tensor, chosen at random; 0: all
  int draws = 4;                      // so often parameters and inputs are drawn again for the entries with a corner near
  double max_skipped = 0.1;           // a larger share of entries that no difference fits is a failure
  Device device = {};
};

// Compares the gradients of a graph with differences of its loss: of every parameter and every compute input, in double, as the graph
// stands and fused, in training mode and with the same random numbers in every evaluation. Parameters are their initial values
// with a little noise.
//
// A difference with a corner among its samples says nothing: corners are found from the samples alone, and the entry is tried with
// smaller steps, then drawn again, at last skipped and counted. With zeros, an entry exactly on a corner must have the derivative from
// the left: as ReLU at 0, which is what a mask x >= 0 gets wrong. A layer with another convention is checked with zeros = false.
// A gradient that is smaller than what doubles resolve in a difference is compared with that instead.
//
// The check fails when an error is above its tolerance, a loss or gradient is not finite, too much was skipped, nothing was checked or
// every gradient is zero. ConfigError for options that make no sense; what the Model throws.
GradcheckReport gradcheck(const Graph& graph, const GradcheckOptions& options = {});
GradcheckReport gradcheck_layer(std::shared_ptr<const Layer> layer, const std::vector<Shape>& inputs, const GradcheckOptions& options = {});

// What make_layer turns into a layer: a layer, a loss, a pointer to one, an activation's functor.
template <class L>
concept LayerLike = requires(L&& layer) {
  make_layer(std::forward<L>(layer));
};

// One layer on inputs of these shapes a sample: gradcheck(Dense(3), {{4}}). A loss takes the shapes of an output and its target:
// gradcheck(SoftmaxCrossEntropy(), {{10}, {}}).
template <LayerLike L>
GradcheckReport gradcheck(L&& layer, const std::vector<Shape>& inputs, const GradcheckOptions& options = {}) {
  return gradcheck_layer(make_layer(std::forward<L>(layer)), inputs, options);
}

}  // namespace weir
