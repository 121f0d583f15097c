#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <weir/core/model.hpp>
#include <weir/training/reports.hpp>

namespace weir {

// What fit calls between its steps, on its own thread: to watch the training, to stop it, to save it. A callback may read the Model and its
// TrainingState, which are whole then; it may change parameters in on_end alone. An exception comes out of fit as it is: the Model stays as
// the last step left it, TrainingState says where that is, and nothing more is called, not on_end either. Several callbacks are called in
// the order of FitOptions::callbacks, all of them, whatever one answers.
class Callback {
 public:
  virtual ~Callback() = default;

  virtual std::string name() const = 0;  // "early_stopping": under which TrainingState keeps what it remembers

  // on_step is called after every so many steps of an epoch, and after its last one; 0: never. Steps between two calls are not looked at,
  // and a CUDA device takes them without the host.
  virtual std::int64_t every() const { return 0; }

  virtual Control on_begin(Model&, const BeginReport&) { return Control::go_on; }  // before the first step
  virtual Control on_step(Model&, const StepReport&) { return Control::go_on; }
  virtual Control on_epoch(Model&, const EpochReport&) { return Control::go_on; }  // after its validation; not when it was cut short

  // Follows on_step and on_epoch when all callbacks have had theirs and TrainingState holds what each of them remembers: what is saved here
  // can be resumed. `ending`: once more when fit ends, before any on_end.
  virtual void on_checkpoint(Model&, bool ending) { static_cast<void>(ending); }

  virtual void on_end(Model&, const History&) {}  // also when fit was stopped

  // What it remembers from one call to the next, so that a resumed run goes on as if it had never stopped. save_state is called after each
  // of the calls above, with what it wrote last time (at first nothing but the name): it need only write what has changed. load_state is
  // called before on_begin, when a run is resumed.
  virtual void save_state(CallbackState&) const {}
  virtual void load_state(const CallbackState&) {}

 protected:
  Callback() = default;
  Callback(const Callback&) = default;
  Callback& operator=(const Callback&) = default;
};

// Any callback by value: .callbacks = {MyCallback(3)}. Each fit works with a copy of its own, as it was given here.
class AnyCallback {
 public:
  template <std::derived_from<Callback> C>
  AnyCallback(C callback)
      : callback_(std::make_shared<const C>(std::move(callback))),
        copy_([](const Callback& original) -> std::unique_ptr<Callback> { return std::make_unique<C>(static_cast<const C&>(original)); }) {}

  std::unique_ptr<Callback> copy() const { return copy_(*callback_); }

 private:
  std::shared_ptr<const Callback> callback_;
  std::unique_ptr<Callback> (*copy_)(const Callback&);
};

}  // namespace weir
