#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/gradcheck.hpp>

namespace weir {

// A Model in f64 with one random batch. Gives analytic gradients, and the loss as a function of any single entry of a parameter or input.
class GradcheckProbe {
 public:
  // A tensor to differentiate by: a parameter, or an input of the compute dtype.
  struct Block {
    std::string name;
    TensorView values;  // flat
    bool is_input = false;
    std::size_t index = 0;  // among the model's parameters or the graph's inputs
  };

  GradcheckProbe(const Graph& graph, const GradcheckOptions& options, bool fuse);

  const std::vector<Block>& blocks() const { return blocks_; }
  bool fused() const { return model_.options().fuse; }

  // Draws new parameters, inputs, targets and sample weights; the same ones in every probe with the same graph, seed and number.
  void draw(std::uint64_t number);

  // The gradient of each block by Model::backward. Another batch has run through the Model before, so that stale values in its buffers
  // would make the gradient wrong.
  std::vector<std::vector<double>> analytic();

  // The loss as drawn, and with one entry of a block moved by `offset`.
  double loss();
  double loss(const Block& block, std::int64_t entry, double offset);

  // Magnitude of the largest term in loss(); its rounding error limits what finite differences resolve.
  double loss_scale() const;

 private:
  void draw_parameters(RandomKey key);
  void draw_data(RandomKey key);
  void run(std::int64_t batch);

  const GradcheckOptions& options_;
  bool projects_;  // no loss was given: the loss is a random projection of the outputs
  Model model_;
  Tensor initial_;  // initial values of the parameters, on the host
  std::vector<Tensor> inputs_, targets_, weights_;
  std::vector<Block> blocks_;
};

}  // namespace weir
