#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/config.hpp>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// One update of consecutive parameters: blocks of equal length and dtype (f32 or f64) on the context's device. Numbers that change between
// steps are passed as pointers into that device's memory, so that a recorded CUDA graph reads new values.
struct UpdateArgs {
  TensorView w;                           // the parameters, updated in place
  ConstTensorView g;                      // their gradients
  std::span<const TensorView> moments;    // one block for each of Optimizer::moments(); zeros before the first update
  const double* learning_rate = nullptr;  // of this step
  const std::uint64_t* step = nullptr;    // number of this update, counted for these moments: 1, 2, ...
  double* max_abs = nullptr;              // set to the maximum of its value and max abs of the new w and moments (NaN counts as largest);
                                          // nullptr: not wanted
  const std::uint64_t* skip = nullptr;    // when *skip is not 0 nothing is changed; nullptr: never skip
};

// An optimizer: its configuration and a pure function that updates flat blocks. What it keeps between steps (moments) is in the Model's
// TrainingState, so one object can be used for any number of Models.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  virtual std::string type() const = 0;  // "adam"; a later fit continues moments of the same type
  virtual Config config() const = 0;     // every option by its name
  virtual std::string describe() const;  // "adam(lr=0.001, ...)": type() and config()

  virtual std::vector<std::string> moments() const = 0;  // names of the tensors that it keeps for all parameters: "exp_avg"
  virtual double learning_rate() const = 0;              // before any schedule
  virtual void update(const Context& context, const UpdateArgs& args) const = 0;
  virtual bool runs_on(Device device) const { return device.is_cpu(); }
  virtual bool capturable() const { return false; }  // as Layer::capturable(); learning_rate, step and skip are then in device memory

  // The same optimizer with another weight decay, for a ParameterGroup; nullptr (the default) if it has no weight decay.
  virtual std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const;

  // A bound L: if the learning rate and max abs of parameters, moments and gradients are at most L, one update cannot overflow in dtype,
  // and it sets args.max_abs. Such a step needs no check of its result. 0, the default: unknown, every result is checked.
  virtual double safe_magnitude(DType dtype) const;

 protected:
  Optimizer() = default;
  Optimizer(const Optimizer&) = default;
  Optimizer& operator=(const Optimizer&) = default;
};

// Any optimizer by value: .optimizer = weir::Adam({.lr = 1e-3}).
class AnyOptimizer {
 public:
  AnyOptimizer() = default;  // none
  template <std::derived_from<Optimizer> O>
  AnyOptimizer(O optimizer) : optimizer_(std::make_shared<const O>(std::move(optimizer))) {}
  AnyOptimizer(std::shared_ptr<const Optimizer> optimizer) : optimizer_(std::move(optimizer)) {}

  AnyOptimizer(const AnyOptimizer&) = default;  // moving copies: the other stays as it is
  AnyOptimizer& operator=(const AnyOptimizer&) = default;

  explicit operator bool() const { return optimizer_ != nullptr; }
  const Optimizer& operator*() const { return *optimizer_; }
  const Optimizer* operator->() const { return optimizer_.get(); }

 private:
  std::shared_ptr<const Optimizer> optimizer_;
};

using OptimizerFactory = std::function<AnyOptimizer(const Config&)>;

// Makes an optimizer from its type() and config(); options missing in the Config have their defaults: make_optimizer("adam", {}). Throws
// ConfigError for an unknown type (the message lists the known ones), an unknown option, or a value out of range.
AnyOptimizer make_optimizer(const std::string& type, const Config& config);

// Registers a type of your own for make_optimizer: factory(optimizer.config()) must return an equivalent optimizer. weir's types are
// registered already. Throws ConfigError when the name is taken. May be called from any thread.
void register_optimizer(std::string type, OptimizerFactory factory);

// The types that make_optimizer knows, sorted.
std::vector<std::string> registered_optimizers();

}  // namespace weir
