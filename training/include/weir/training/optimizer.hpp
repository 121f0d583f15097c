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

// One update of a run of parameters: blocks of one length and dtype (f32 or f64) on the context's device, as are the numbers that
// are pointed to. Pointers, so that a captured step sees them move.
struct UpdateArgs {
  TensorView w;                           // the parameters: changed in place
  ConstTensorView g;                      // their gradients
  std::span<const TensorView> moments;    // Optimizer::moments() of them, all zeros before the first update
  const double* learning_rate = nullptr;  // of this step
  const std::uint64_t* step = nullptr;    // which update of these moments this is: 1, 2, ...
  double* max_abs = nullptr;              // raised to the largest |element| of w and moments afterwards (NaN above infinity);
                                          // nullptr: not wanted
  const std::uint64_t* skip = nullptr;    // where it points to a number that is not 0, nothing is changed; nullptr: never
};

// How gradients move parameters: configuration and a pure function of one pass over flat blocks. What it keeps from step to step
// (its moments) belongs to the Model's TrainingState, so one object serves any number of Models.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  virtual std::string type() const = 0;  // "adam": moments made under this name go on in a later fit
  virtual Config config() const = 0;     // every option by its name
  virtual std::string describe() const;  // "adam(lr=0.001, ...)": type() and config()

  virtual std::vector<std::string> moments() const = 0;  // names of the blocks, as long as the parameters, that it keeps: "exp_avg"
  virtual double learning_rate() const = 0;              // before any schedule
  virtual void update(const Context& context, const UpdateArgs& args) const = 0;
  virtual bool runs_on(Device device) const { return device.is_cpu(); }
  virtual bool capturable() const { return false; }  // as Layer::capturable(); learning rate, step and skip are then device memory

  // The same optimizer with another weight decay, for a ParameterGroup. nullptr, the default: it has none to set.
  virtual std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const;

  // When no parameter, moment or gradient and no learning rate exceeds this in absolute value, one update overflows nowhere in dtype,
  // and args.max_abs is kept. A step within it needs no look at the result. 0, the default: not known, every result is looked at.
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

  explicit operator bool() const { return optimizer_ != nullptr; }
  const Optimizer& operator*() const { return *optimizer_; }
  const Optimizer* operator->() const { return optimizer_.get(); }

 private:
  std::shared_ptr<const Optimizer> optimizer_;
};

using OptimizerFactory = std::function<AnyOptimizer(const Config&)>;

// Makes an optimizer from its type() and config(); options that the Config leaves out have their defaults: make_optimizer("adam", {}).
// Throws ConfigError for an unknown type (the message lists what is known), an option that it has not, or one outside its range.
AnyOptimizer make_optimizer(const std::string& type, const Config& config);

// Makes a type of your own known to make_optimizer: factory(optimizer.config()) must give an optimizer that behaves as the first. weir's
// types are known from the start. Throws ConfigError when the name is taken. Safe to call from any thread.
void register_optimizer(std::string type, OptimizerFactory factory);

}  // namespace weir
