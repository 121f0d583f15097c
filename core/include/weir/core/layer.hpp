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

// A learned block: in files as <node>.<name>, stepped by the optimizer.
struct ParameterSpec {
  std::string name;
  Shape shape;
  Initializer initializer;
};

// What a layer keeps beside its parameters (a running statistic, the data's means): in files, never seen by an optimizer.
struct StateSpec {
  std::string name;
  Shape shape;
  double initial = 0;                                 // of every element ...
  std::shared_ptr<const Tensor> initial_values = {};  // ... unless this is given: of this shape, f32 or f64, on the CPU
  bool constant = false;                              // training never changes it
};

// What a block's elements are: the Model's own type (f32 or f64), or bytes or whole numbers in any Model.
enum class Storage : std::uint8_t { compute, u8, i32 };

// The dtype of such a block in a Model that computes in `compute`.
DType dtype_for(Storage storage, DType compute);

// A block that the Model provides: `shape` for each sample, or once a batch.
struct BufferSpec {
  Shape shape;
  Storage storage = Storage::compute;
  bool per_sample = true;
};

// Which of its own blocks a layer's backward reads; what it does not need the planner reuses.
enum class Needs : std::uint8_t { neither, x, y, both };

// What a layer answers to the shapes that it is given.
struct LayerPlan {
  Shape output;  // per sample; the batch axis in front is implied
  std::vector<ParameterSpec> parameters;
  std::vector<StateSpec> state;
  std::vector<BufferSpec> saved;    // kept from forward to backward
  std::vector<BufferSpec> scratch;  // used inside one call
  Needs backward_needs = Needs::both;
  bool in_place = false;        // y may overwrite x[0]
  std::vector<Storage> inputs;  // what each input must hold; empty: all compute
};

struct LayerLinks;

// The blocks of one call, in the order of the layer's plan. x, y, dy and dx have the batch in front: [batch, ...].
struct LayerArgs {
  std::int64_t batch = 0;
  std::span<const ConstTensorView> x;
  TensorView y;  // forward writes it; backward may read it if it said so
  std::span<const ConstTensorView> parameters;
  std::span<const ConstTensorView> state;
  std::span<const TensorView> state_next;  // training forward writes it; the Model commits it with the weights; empty for constant state
  std::span<const TensorView> saved;
  std::span<const TensorView> scratch;
  ConstTensorView dy;                       // backward only, as is dx
  std::span<const TensorView> dx;           // overwritten; an empty view is not wanted: skip it
  std::span<const TensorView> dparameters;  // overwritten by backward; all empty when no parameter gradient is wanted
  LayerLinks* links = nullptr;              // by which weir's own layers share work; yours may ignore it
};

// A layer: its configuration and pure functions. It owns no tensors, so one object serves any number of models and threads.
// Write your own as a subclass; register_layer makes it loadable from files and gradcheck proves it.
class Layer {
 public:
  virtual ~Layer() = default;

  virtual std::string type() const = 0;  // "dense": the name in files
  virtual Config config() const = 0;     // enough for the factory to rebuild the layer
  virtual std::string describe() const;  // "dense(128)" in prints and messages; by default type and config: "huber(delta=1)"

  // The only place where shapes are checked. `inputs` are per sample. Throws ShapeError with the sizes, without the layer's name
  // in front (the Graph adds it).
  virtual LayerPlan infer(std::span<const Shape> inputs) const = 0;

  virtual void forward(const Context& context, const LayerArgs& args) const = 0;
  virtual void backward(const Context& context, const LayerArgs& args) const = 0;

  virtual bool runs_on(Device device) const { return device.is_cpu(); }

  // Looks at the values of an input on the host before any training, evaluation or prediction, all at once: [samples, ...]. Only of inputs
  // of the graph, in the dtype in which they were given (u8 ones may be scaled later). Throws ConfigError with the sample's number and
  // value (an index without a row).
  virtual void check_input(std::size_t input, const ConstTensorView& values) const;

  // How many samples, with inputs that infer took, a batch must hold for the layer to train on it; fit refuses smaller ones before it
  // begins (ConfigError).
  virtual std::int64_t least_training_batch(std::span<const Shape> inputs) const;

  // Whether forward and backward may be recorded on a CUDA device once and replayed for every later step: they only enqueue work on
  // the context's stream (no allocation, no wait, no copy to or from the host), and all that changes from step to step is read from
  // device memory (*context.step). A layer that says false is run anew in each step.
  virtual bool capturable() const { return false; }

  // How many products of two numbers one sample's forward adds up, for inputs that infer took; backward is taken to need as many for
  // each gradient. 0, the default: so few that memory is what counts. Only profile() asks.
  virtual std::int64_t multiply_adds(std::span<const Shape> inputs) const;

  // A layer that does this one's work and then next's, with this one's parameters; nullptr: they do not fuse. The Model asks only
  // when next is the sole reader of this layer's output. The results must be equal to the bit.
  virtual std::unique_ptr<Layer> absorb(const Layer& next) const;

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;
};

}  // namespace weir
