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
  Losses loss = {};  // empty: the sum of every output times a random tensor
  std::vector<Shape> targets =
      {};                       // shape of one sample's target for each loss; empty: the outputs' shapes. Drawn as labels or probabilities
  bool sample_weights = false;  // give each sample a random weight in each loss
  std::int64_t batch = 3;
  std::uint64_t seed = 0;
  double low = -2, high = 2;       // floating point inputs are uniform in [low, high)
  std::int64_t indices = 2;        // i32 and u8 inputs are drawn from [0, indices)
  std::optional<bool> zeros = {};  // set some input entries to exactly 0, the corner of ReLU; unset: only where a single layer is checked
  double h = 1e-2;                 // step of the 8-point stencil; near a corner h / 3 and h / 10 are tried too
  double tolerance = 1e-10;        // for the 8-point stencil
  double two_point_tolerance = 1e-7;  // for the central difference, and the one-sided difference on a corner
  std::int64_t max_entries = 0;       // check at most so many entries of a tensor, chosen at random; 0: all
  int draws = 4;                      // how often new parameters and inputs are drawn for entries near a corner
  double max_skipped = 0.1;           // the check fails when a larger fraction of entries could not be compared
  Device device = {};
};

// Compares the gradients of a graph with finite differences of its loss, by every parameter and every floating point input. Computes in
// f64 and training mode, with the same random numbers (dropout) in every evaluation, once without and once with fusion. Parameters are
// their initial values plus a little noise.
//
// Corners (as of ReLU) make a finite difference useless. They are detected from its samples; the entry is then tried with smaller steps,
// then with newly drawn parameters and inputs, and finally skipped and counted. With `zeros`, the gradient of an entry exactly on a corner
// must be the derivative from the left, as for ReLU at 0, where a mask x >= 0 would be wrong; set zeros = false for a layer with another
// convention. Errors are relative to the tensor's largest gradient, or to the smallest that f64 differences resolve if that is larger.
//
// The check fails when an error is above its tolerance, a loss or gradient is not finite, too many entries were skipped, nothing was
// checked or every gradient is zero: look at the report, or call its throw_if_failed(). Throws ConfigError for invalid options and whatever
// making the Model throws.
GradcheckReport gradcheck(const Graph& graph, const GradcheckOptions& options = {});
GradcheckReport gradcheck_layer(std::shared_ptr<const Layer> layer, const std::vector<Shape>& inputs, const GradcheckOptions& options = {});

// What make_layer accepts: a layer, a loss, a pointer to one, or an activation (ReLU()).
template <class L>
concept LayerLike = requires(L&& layer) {
  make_layer(std::forward<L>(layer));
};

// Checks a single layer; `inputs` are the shapes of one sample of each input: gradcheck(Dense(3), {{4}}). For a loss they are the shapes of
// its output and target: gradcheck(SoftmaxCrossEntropy(), {{10}, {}}).
template <LayerLike L>
GradcheckReport gradcheck(L&& layer, const std::vector<Shape>& inputs, const GradcheckOptions& options = {}) {
  return gradcheck_layer(make_layer(std::forward<L>(layer)), inputs, options);
}

}  // namespace weir
