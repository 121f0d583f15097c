#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <weir/core/model.hpp>

#include "core/model/layer_links.hpp"
#include "core/model/memory_plan.hpp"
#include "core/model/parameters.hpp"

namespace weir {

// The losses and targets of a program for training.
struct TrainingPlan {
  std::vector<LossTerm> losses;
  std::vector<Shape> targets;  // one for each loss, shape of one sample
  std::vector<Storage> target_storage;
  TrainingPlanOptions options;
};

// A layer, or several layers fused into one call.
struct FusedCall {
  std::string name;  // "0", or "0+1"
  std::shared_ptr<const Layer> layer;
  LayerPlan plan;
  std::size_t first = 0, last = 0;  // graph entries: parameters belong to the first, the output to the last
  std::vector<std::size_t> inputs;  // graph entries
};

// A parameter's gradient in the gradient arena, and an upper bound of its max abs (infinity: unknown).
struct BoundedGradient {
  std::int64_t offset, count;
  const double* bound;
};

// The calls that execute a graph, in order. With fuse, each layer may absorb the only reader of its output (Layer::absorb).
std::vector<FusedCall> fuse_calls(const Graph& graph, bool fuse);

// An executable graph: the calls in order, a block of the workspace for each value, and views of the blocks. Inference runs forward only.
// Training runs forward, losses and backward: layers overwrite their gradients, and the program sums the gradients of a value over its
// readers, in edge order.
class Program {
 public:
  Program(const Graph& graph, const ModelOptions& options, const std::optional<TrainingPlan>& training);

  std::int64_t workspace_bytes() const { return workspace_bytes_; }
  const std::vector<FusedCall>& calls() const { return fused_; }
  bool capturable() const;  // whether every layer and loss can be recorded in a CUDA graph

  // Sets all views to these blocks. The workspace must hold workspace_bytes(); `gradients` is empty for inference.
  void bind(void* workspace, ParameterStore& store, TensorView state_next, TensorView gradients);

  // Sets the batch size of all views; does nothing if unchanged.
  void set_batch(std::int64_t batch);

  // Selects the random numbers that layers use within this step.
  void set_micro_batch(std::uint64_t part) { micro_batch_ = part; }

  void forward(const Context& context, std::span<const ConstTensorView> inputs);
  void backward(const Context& context, const Batch& batch, const TensorView& loss_sum);  // call forward first

  std::span<const ConstTensorView> outputs() const { return outputs_; }
  ConstTensorView value(std::size_t graph_entry) const;                      // empty for an input or an absorbed layer
  ConstTensorView input_gradient(std::size_t graph_entry) const;             // empty unless requested
  std::span<const BoundedGradient> gradients() const { return gradients_; }  // of all parameters after the last backward, sorted by offset

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct Block {
    Shape shape;
    DType dtype = DType::f32;
    bool per_sample = true;
    int first = 0, last = 0;
    std::int64_t offset = 0;
    TensorView view = {};
  };
  struct SharedGradient {  // of a later node that shares this node's parameter
    std::size_t parameter, block;
  };
  struct Views {  // of one call; the spans in its args point to these
    std::vector<ConstTensorView> x, parameters, state;
    std::vector<TensorView> state_next, saved, forward_scratch, backward_scratch, dx, dparameters;
    LayerArgs forward, backward;
    LayerLinks links;
    GradientEpilogue epilogue;   // where links.dy, and the reader's links.dx, point
    std::vector<double> bounds;  // where links.bounds points: one for each parameter
  };
  struct Call {
    const Layer* layer = nullptr;
    std::vector<std::size_t> inputs;  // graph entries
    std::size_t y = none, dy = none;  // indices of blocks
    std::vector<std::size_t> saved, forward_scratch, backward_scratch, dx;
    std::vector<std::size_t> dparameters;     // indices of blocks; none: written directly to the gradient arena
    std::vector<SharedGradient> to_be_added;  // gradients of the nodes that share its parameters, in node order
    bool runs_backward = false;
    std::size_t node = 0;  // the graph entry that it computes; for a loss the index of its term
    RandomKey key;
    std::string name;  // for error messages: "0 dense(128)"
    Views views;
  };
  struct Sum {                       // sums the gradients of one value over its readers
    std::vector<std::size_t> parts;  // blocks, in edge order; the first also receives the sum
  };

  int forward_time(std::size_t call) const { return static_cast<int>(call); }
  int loss_time(std::size_t term) const { return static_cast<int>(calls_.size() + 2 * term); }
  int backward_time(std::size_t call) const { return static_cast<int>(2 * calls_.size() + 2 * losses_.size() - 1 - call); }
  int end_time() const { return static_cast<int>(2 * calls_.size() + 2 * losses_.size()); }

  std::size_t add_block(const Shape& shape, DType dtype, bool per_sample, int first, int last);
  std::vector<std::size_t> add_blocks(const std::vector<BufferSpec>& specs, int first, int last);
  void extend(std::size_t block, int time);
  void make_calls(const Graph& graph, const TrainingPlan* training);
  void make_values(const Graph& graph, bool reuse);
  void make_gradients(const Graph& graph);
  bool may_overwrite_input(const Graph& graph, const FusedCall& call) const;
  void share_gradients(const Graph& graph);
  void place_blocks(bool reuse);
  TensorView value_view(std::size_t graph_entry) const;
  void run(const Call& call, const Context& context, bool backward) const;
  void bind_views(Call& call);
  void link_calls();
  void refresh_views(Call& call);

  ModelOptions options_;
  std::vector<FusedCall> fused_;
  std::vector<Call> calls_, losses_;
  std::vector<double> loss_weights_;
  std::vector<LossTerm> loss_terms_;
  std::vector<LayerPlan> loss_plans_;
  std::vector<Block> blocks_;
  std::vector<std::size_t> value_block_;   // for each graph entry
  std::vector<Shape> value_shape_;         // for each graph entry
  std::vector<std::size_t> reader_edges_;  // for each graph entry: number of edges that leave it, graph outputs included
  std::vector<Sum> gradient_;              // for each graph entry
  std::vector<bool> wants_gradient_;       // for each graph entry
  std::vector<std::size_t> graph_inputs_, graph_outputs_;
  std::vector<std::size_t> input_slot_;  // for each graph entry that is an input: its position among the inputs
  std::vector<ConstTensorView> outputs_;
  std::vector<BoundedGradient> gradients_;
  std::int64_t workspace_bytes_ = 0;
  std::byte* workspace_ = nullptr;
  std::int64_t batch_ = -1;
  std::uint64_t micro_batch_ = 0;
};

}  // namespace weir
