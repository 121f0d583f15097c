#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/gradcheck.hpp>

namespace weir {

// A model in double with one batch of random data, whose loss is asked for as a function of any of its numbers.
class GradcheckProbe {
 public:
  // A parameter or a compute input.
  struct Block {
    std::string name;
    TensorView values;  // flat
    bool is_input = false;
    std::size_t index = 0;  // among the model's parameters or the graph's inputs
  };

  GradcheckProbe(const Graph& graph, const GradcheckOptions& options, bool fuse);

  const std::vector<Block>& blocks() const { return blocks_; }
  bool fused() const { return model_.options().fuse; }

  // New parameters, inputs, targets and weights, the same for every probe of a graph and seed.
  void draw(std::uint64_t number);

  // The gradients of each block at this draw. Other data went through the model before, so that what was left behind shows.
  std::vector<std::vector<double>> analytic();

  // The loss at this draw, and with one entry moved.
  double loss();
  double loss(const Block& block, std::int64_t entry, double offset);

  // About the largest number that was added up in loss(): its last bit is what differences cannot see below.
  double loss_scale() const;

 private:
  void draw_parameters(RandomKey key);
  void draw_data(RandomKey key);
  void run(std::int64_t batch);

  const GradcheckOptions& options_;
  bool projects_;  // no loss was given
  Model model_;
  Tensor initial_;  // parameters as they were made, on the host
  std::vector<Tensor> inputs_, targets_, weights_;
  std::vector<Block> blocks_;
};

}  // namespace weir
