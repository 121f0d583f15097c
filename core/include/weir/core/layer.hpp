#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <weir/core/config.hpp>
#include <weir/core/context.hpp>
#include <weir/core/initializer.hpp>
#include <weir/core/tensor.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// A parameter: saved in files as <node>.<name>, updated by the optimizer.
struct ParameterSpec {
  std::string name;
  Shape shape;
  Initializer initializer;
};

// A block that a layer keeps besides its parameters, as PyTorch's buffers (running statistics, means of the data): saved in files, not
// updated by an optimizer.
struct StateSpec {
  std::string name;
  Shape shape;
  double initial = 0;                                 // of every element ...
  std::shared_ptr<const Tensor> initial_values = {};  // ... unless this is given: same shape, f32 or f64, on the CPU
  bool constant = false;                              // not changed by training
};

// Element type of a block: the Model's dtype (f32 or f64), or u8 or i32 in every Model.
enum class Storage : std::uint8_t { compute, u8, i32 };

// The dtype of such a block in a Model of dtype `compute`.
DType dtype_for(Storage storage, DType compute);

// A block that the Model allocates: `shape` for each sample, or once for the batch.
struct BufferSpec {
  Shape shape;
  Storage storage = Storage::compute;
  bool per_sample = true;
};

// Which of x and y a layer's backward reads. The memory of the others is reused.
enum class Needs : std::uint8_t { neither, x, y, both };

// The result of Layer::infer for given input shapes.
struct LayerPlan {
  Shape output;  // of one sample, without the batch axis
  std::vector<ParameterSpec> parameters;
  std::vector<StateSpec> state;
  std::vector<BufferSpec> saved;    // kept from forward to backward
  std::vector<BufferSpec> scratch;  // used only within one call
  Needs backward_needs = Needs::both;
  bool in_place = false;        // y may overwrite x[0]
  std::vector<Storage> inputs;  // the Storage that each input must have; empty: all compute
};

struct LayerLinks;

// The blocks of one call, in the order of the layer's plan. x, y, dy and dx have the batch axis in front: [batch, ...].
struct LayerArgs {
  std::int64_t batch = 0;
  std::span<const ConstTensorView> x;
  TensorView y;  // written by forward; backward may read it if the plan's Needs says so
  std::span<const ConstTensorView> parameters;
  std::span<const ConstTensorView> state;
  std::span<const TensorView> state_next;  // written by training forward, becomes state in Model::commit; empty if constant
  std::span<const TensorView> saved;
  std::span<const TensorView> scratch;
  ConstTensorView dy;                       // only in backward, as is dx
  std::span<const TensorView> dx;           // overwritten; skip an empty view, its gradient is not wanted
  std::span<const TensorView> dparameters;  // overwritten by backward; all empty when no parameter gradient is wanted
  LayerLinks* links = nullptr;              // used between weir's own layers; other layers may ignore it
};

// A layer: its configuration and pure functions. It owns no tensors, so one object can be used by any number of Models and threads. Write
// your own as a subclass: register_layer makes it loadable from files, gradcheck tests its gradients.
class Layer {
 public:
  virtual ~Layer() = default;

  virtual std::string type() const = 0;  // "dense": the name in files
  virtual Config config() const = 0;     // all that the factory needs to make the layer again
  virtual std::string describe() const;  // "dense(128)" in tables and messages; by default type and config: "huber(delta=1)"

  // Computes shapes and memory needs; the only place that checks shapes. `inputs` are shapes of one sample. Throws ShapeError with the
  // sizes; the Graph puts the layer's name in front.
  virtual LayerPlan infer(std::span<const Shape> inputs) const = 0;

  virtual void forward(const Context& context, const LayerArgs& args) const = 0;
  virtual void backward(const Context& context, const LayerArgs& args) const = 0;

  virtual bool runs_on(Device device) const { return device.is_cpu(); }

  // Checks the values of an input of the graph that this layer reads, before training, evaluation or prediction. `values` holds all
  // samples, [samples, ...], on the host, in the dtype in which they were given (u8 may be scaled later). Throws ConfigError with the
  // sample's number and value (for example an index out of range).
  virtual void check_input(std::size_t input, const ConstTensorView& values) const;

  // The smallest batch with which the layer can train, for input shapes that infer accepted; fit throws ConfigError for smaller batches
  // before it begins.
  virtual std::int64_t least_training_batch(std::span<const Shape> inputs) const;

  // Whether forward and backward can be recorded in a CUDA graph and replayed for later steps. They must only enqueue work on the context's
  // stream (no allocation, synchronisation, or copy to or from the host), and read all that changes between steps from device memory
  // (*context.step). Without recording the layer runs normally in each step.
  virtual bool capturable() const { return false; }

  // Multiply-adds of forward for one sample, for input shapes that infer accepted; backward is assumed to need as many for each gradient.
  // Used by profile() only. 0, the default: negligible compared with memory traffic.
  virtual std::int64_t multiply_adds(std::span<const Shape> inputs) const;

  // Fusion: a layer that does the work of this one and then of `next`, with this one's parameters; nullptr if they cannot be fused. Called
  // only when `next` is the only reader of this layer's output. The results must be bit-identical.
  virtual std::unique_ptr<Layer> absorb(const Layer& next) const;

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;
};

}  // namespace weir
