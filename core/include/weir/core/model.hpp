#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weir/core/data_info.hpp>
#include <weir/core/graph.hpp>
#include <weir/core/losses.hpp>
#include <weir/core/precision.hpp>
#include <weir/core/tensor.hpp>
#include <weir/core/training_state.hpp>

namespace weir {

struct ModelOptions {
  Device device = Device::cpu();
  DType dtype = DType::f32;              // f32 or f64: parameters, activations, gradients
  std::int64_t max_batch = 128;          // the most samples of one call
  std::uint64_t seed = 0;                // of the initial parameters and of every layer's random numbers
  bool fuse = true;                      // false: each layer of the graph runs on its own; the numbers are the same
  bool reuse_memory = true;              // false: every activation keeps memory of its own and can be read by activation()
  Precision precision = Precision::f32;  // of products on a CUDA device; tf32 and bf16 need one, and dtype f32
};

// What plan_training prepares for, besides the losses.
struct TrainingPlanOptions {
  bool input_gradients = false;  // also the gradient of every compute input
};

// One batch, on the Model's device: [batch, ...] each, inputs and targets in the order of the graph's inputs and outputs.
struct Batch {
  std::span<const ConstTensorView> inputs;
  std::span<const ConstTensorView> targets;
  std::span<const ConstTensorView> sample_weights;  // [batch] in the Model's dtype: none, one for all losses or one a loss
  std::uint64_t micro_batch = 0;                    // of several batches that make one step each has random numbers of its own

  ConstTensorView weights_for(std::size_t loss) const {
    return sample_weights.empty() ? ConstTensorView() : sample_weights[sample_weights.size() == 1 ? 0 : loss];
  }
};

// A named block inside the flat arena of parameters (or of state).
struct ArenaEntry {
  std::string name;  // "0.weight"
  Shape shape;
  std::int64_t offset = 0;  // in elements
};

// Bytes that a Model holds on its device.
struct ModelMemory {
  std::int64_t parameters = 0;
  std::int64_t gradients = 0;
  std::int64_t state = 0;
  std::int64_t activations = 0;  // one workspace for activations, their gradients and scratch, planned by liveness
};

// A Graph made real on one device: parameters and gradients in flat arenas, a memory plan, fused steps. For one thread at a time;
// share() makes a second one for another thread. Bad arguments throw before anything changes.
class Model {
 public:
  // ConfigError for a graph that is not complete, a max_batch below 1 or a dtype that does not compute; DeviceError for a device that
  // is not there or a layer that does not run on it.
  explicit Model(Graph graph, ModelOptions options = {});
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  // A Model with a workspace of its own on the same parameters and state. While one trains, no other may run.
  Model share() const;

  const Graph& graph() const;
  const ModelOptions& options() const;
  Device device() const { return options().device; }
  DType dtype() const { return options().dtype; }
  std::int64_t max_batch() const { return options().max_batch; }
  ModelMemory memory() const;

  // --- parameters: one arena of dtype, and its named blocks. Writing to a view changes the Model.
  const std::vector<ArenaEntry>& parameters() const;
  const std::vector<ArenaEntry>& states() const;
  TensorView parameter(std::string_view name);  // ConfigError for an unknown name
  ConstTensorView parameter(std::string_view name) const;
  TensorView state(std::string_view name);
  ConstTensorView state(std::string_view name) const;
  TensorView parameter_arena();  // [all parameters]
  ConstTensorView parameter_arena() const;
  TensorView state_arena();
  ConstTensorView state_arena() const;

  // --- inference: each input [batch, ...] in dtype on the device, batch from 0 to max_batch. The results, one an output, lie in
  // the Model's workspace until its next call. ShapeError, DeviceError, ConfigError name the input.
  std::span<const ConstTensorView> forward(std::span<const ConstTensorView> inputs);
  ConstTensorView forward(ConstTensorView input);  // for one input and one output

  // --- training, one step at a time; fit() does this for you.
  // Plans memory for gradients of these losses, one an output, with targets of these shapes a sample. A second call with an equal plan
  // changes nothing.
  void plan_training(const Losses& losses, std::vector<Shape> targets, TrainingPlanOptions options = {});
  // Forward in training mode, losses, and all gradients. Changes no parameter and no state. Outputs are valid as after forward.
  void backward(const Batch& batch);
  double loss() const;                               // of the last backward: sum over terms of weight * mean of y
  std::span<const ConstTensorView> outputs() const;  // of the last forward or backward
  TensorView gradient_arena();                       // as parameter_arena; ConfigError before plan_training
  ConstTensorView gradient(std::string_view parameter) const;
  ConstTensorView input_gradient(std::size_t input) const;  // [batch, ...]
  // Takes the state that the last backward has changed (running statistics) and counts the step.
  void commit();
  TrainingState& training_state();  // the step counter, and what an optimizer keeps between steps
  const TrainingState& training_state() const;

  // --- what is known of the data that it was trained on, one FieldInfo for each input and output of the graph. fit sets it, save and
  // load_model keep it, predict divides bytes by it. ConfigError for what does not fit the graph.
  const DataInfo& data_info() const;
  void set_data_info(DataInfo info);

  // A node's output in the last forward or backward. ConfigError unless the Model was made with fuse and reuse_memory false.
  ConstTensorView activation(std::string_view node) const;

 private:
  struct Impl;
  explicit Model(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;

  friend struct ModelAccess;  // for the captured step of fit
  friend std::ostream& operator<<(std::ostream& out, const Model& model);
};

// The table that you would have drawn: layers, shapes, parameters, what was fused, bytes on the device.
std::ostream& operator<<(std::ostream& out, const Model& model);

}  // namespace weir
