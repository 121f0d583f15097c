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
  std::int64_t max_batch = 128;          // largest batch of one call
  std::uint64_t seed = 0;                // of the initial parameters and the layers' random numbers
  bool fuse = true;                      // false: run each layer separately; the results are the same
  bool reuse_memory = true;              // false: every activation keeps its own memory and can be read by activation()
  Precision precision = Precision::f32;  // of matrix products on a CUDA device; tf32 and bf16 need one, and dtype f32
};

// Options of plan_training.
struct TrainingPlanOptions {
  bool input_gradients = false;  // also compute the gradient of every input of Storage::compute
};

// One batch on the Model's device: [batch, ...] each, in the order of the graph's inputs and outputs.
struct Batch {
  std::span<const ConstTensorView> inputs;
  std::span<const ConstTensorView> targets;
  std::span<const ConstTensorView> sample_weights;  // [batch] in the Model's dtype: none, one for all losses, or one for each loss
  std::uint64_t micro_batch = 0;                    // index within a step of several batches: each draws random numbers of its own

  ConstTensorView weights_for(std::size_t loss) const {
    return sample_weights.empty() ? ConstTensorView() : sample_weights[sample_weights.size() == 1 ? 0 : loss];
  }
};

// A named block in the arena (one flat tensor) of parameters or of state.
struct ArenaEntry {
  std::string name;  // "0.weight"
  Shape shape;
  std::int64_t offset = 0;                // in elements
  std::vector<std::string> aliases = {};  // its names at other nodes, which share it (Graph::share_parameters)
};

// Bytes of device memory that a Model holds.
struct ModelMemory {
  std::int64_t parameters = 0;
  std::int64_t gradients = 0;
  std::int64_t state = 0;
  std::int64_t activations = 0;  // one workspace for activations, their gradients and scratch
};

// A Graph with memory on one device, ready to run: parameters and gradients in one flat tensor each, planned memory, fused layers. Use it
// from one thread at a time; share() makes another Model for a second thread. Invalid arguments throw before anything changes.
class Model {
 public:
  // ConfigError for an incomplete graph, a max_batch below 1, a dtype other than f32 and f64, or an initial value that it cannot hold;
  // DeviceError for a device that does not exist or a layer that does not run on it.
  explicit Model(Graph graph, ModelOptions options = {});
  Model(Model&&) noexcept;  // leaves the other empty: all of its functions then throw ConfigError
  Model& operator=(Model&&) noexcept;
  ~Model();

  // A Model with its own workspace but the same parameters and state. While one of them trains, the others must not run.
  Model share() const;

  const Graph& graph() const&;
  const ModelOptions& options() const&;
  Device device() const { return options().device; }
  DType dtype() const { return options().dtype; }
  std::int64_t max_batch() const { return options().max_batch; }
  ModelMemory memory() const;

  // --- parameters: one flat tensor (arena) of dtype(), and views of its named blocks. Writing to a view changes the Model. Between the
  // blocks of an arena lie elements that are 0 and must stay so.
  const std::vector<ArenaEntry>& parameters() const&;
  const std::vector<ArenaEntry>& states() const&;
  TensorView parameter(std::string_view name) &;  // by name or alias; ConfigError for an unknown one
  ConstTensorView parameter(std::string_view name) const&;
  TensorView state(std::string_view name) &;
  ConstTensorView state(std::string_view name) const&;
  TensorView parameter_arena() &;  // [all parameters]
  ConstTensorView parameter_arena() const&;
  TensorView state_arena() &;
  ConstTensorView state_arena() const&;

  // --- inference: each input is [batch, ...], of dtype(), on the device, with batch from 0 to max_batch. Returns one tensor for each
  // output of the graph; they lie in the Model's workspace and are valid until its next call. ShapeError, DeviceError and ConfigError name
  // the input.
  std::span<const ConstTensorView> forward(std::span<const ConstTensorView> inputs) &;
  ConstTensorView forward(ConstTensorView input) &;  // for one input and one output

  // --- training, one step at a time; fit() does all of this for you.
  // Allocates memory for the gradients of these losses, one for each output, with targets whose samples have these shapes. Does nothing
  // when called again with equal arguments.
  void plan_training(const Losses& losses, std::vector<Shape> targets, TrainingPlanOptions options = {});
  // Forward in training mode, losses, and all gradients. Does not change parameters or state. Outputs are valid as after forward.
  void backward(const Batch& batch);
  double loss() const;                                // of the last backward: sum over the losses of weight * mean of y
  std::span<const ConstTensorView> outputs() const&;  // of the last forward or backward
  TensorView gradient_arena() &;                      // laid out as parameter_arena; ConfigError before plan_training
  ConstTensorView gradient(std::string_view parameter) const&;
  ConstTensorView input_gradient(std::size_t input) const&;  // [batch, ...]
  // Ends a step: takes over the state that the last backward computed (running statistics), and increments the step counter.
  void commit();
  TrainingState& training_state() &;  // step counter, optimizer moments and the like
  const TrainingState& training_state() const&;

  // --- information about the training data, one FieldInfo for each input and output of the graph. fit sets it, save and load_model keep
  // it, predict divides u8 inputs by its divisor. ConfigError if it does not fit the graph.
  const DataInfo& data_info() const&;
  void set_data_info(DataInfo info);

  // A node's output in the last forward or backward. ConfigError unless the Model was made with fuse = false and reuse_memory = false.
  ConstTensorView activation(std::string_view node) const&;

  // Not of a temporary, which they would outlive.
  const Graph& graph() const&& = delete;
  const ModelOptions& options() const&& = delete;
  const std::vector<ArenaEntry>& parameters() const&& = delete;
  const std::vector<ArenaEntry>& states() const&& = delete;
  ConstTensorView parameter(std::string_view name) const&& = delete;
  ConstTensorView state(std::string_view name) const&& = delete;
  ConstTensorView parameter_arena() const&& = delete;
  ConstTensorView state_arena() const&& = delete;
  std::span<const ConstTensorView> outputs() const&& = delete;
  ConstTensorView gradient(std::string_view parameter) const&& = delete;
  ConstTensorView input_gradient(std::size_t input) const&& = delete;
  const TrainingState& training_state() const&& = delete;
  const DataInfo& data_info() const&& = delete;
  ConstTensorView activation(std::string_view node) const&& = delete;

 private:
  struct Impl;
  struct Owner : std::unique_ptr<Impl> {
    Owner() = default;
    Owner(std::unique_ptr<Impl> impl);
    Impl& operator*() const;
    Impl* operator->() const;
  };
  explicit Model(std::unique_ptr<Impl> impl);
  Owner impl_;

  friend struct ModelAccess;  // for fit's steps on a CUDA device
  friend std::ostream& operator<<(std::ostream& out, const Model& model);
};

// Prints a table: layers, shapes, parameters, fused layers, bytes on the device.
std::ostream& operator<<(std::ostream& out, const Model& model);

}  // namespace weir
