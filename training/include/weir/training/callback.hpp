#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <weir/core/model.hpp>
#include <weir/training/reports.hpp>

namespace weir {

// An object that fit calls between steps, on fit's own thread, to watch training, stop it or save it. A callback may read the Model and its
// TrainingState, which are consistent then; only on_end may change parameters. An exception is passed on to the caller of fit: the Model
// stays as after the last step, as TrainingState says, and no further callback runs, not even on_end (but if on_end itself throws, the
// others' on_end runs first). Callbacks run in the order of FitOptions::callbacks; all run even if one returns stop.
class Callback {
 public:
  virtual ~Callback() = default;

  // Key of its state in TrainingState: "early_stopping". Of several with one name in a fit the second has the key "early_stopping_1", and
  // so on, in the order of the list.
  virtual std::string name() const = 0;

  // on_step is called after every so many steps of an epoch and after its last step; 0: never. The host does not interrupt a CUDA device
  // between two calls.
  virtual std::int64_t every() const { return 0; }

  virtual Control on_begin(Model&, const BeginReport&) { return Control::go_on; }  // before the first step
  virtual Control on_step(Model&, const StepReport&) { return Control::go_on; }
  virtual Control on_epoch(Model&, const EpochReport&) { return Control::go_on; }  // after validation; not if cut short

  // Called after all callbacks' on_step or on_epoch, when TrainingState holds the state of each of them: training can be resumed from what
  // is saved here. With `ending` called once more when fit ends, before any on_end.
  virtual void on_checkpoint(Model&, bool ending) { static_cast<void>(ending); }

  virtual void on_end(Model&, const History&) {}  // also when fit was stopped

  // Saves and restores the callback's state, so that a resumed run continues as if it had not stopped. save_state is called after each of
  // the calls above and gets the state that it wrote last time (at first only the name), so it needs to write only what has changed.
  // load_state is called when a run is resumed (FitOptions::resume), before on_begin, with the state saved under the same name.
  virtual void save_state(CallbackState&) const {}
  virtual void load_state(const CallbackState&) {}

 protected:
  Callback() = default;
  Callback(const Callback&) = default;
  Callback& operator=(const Callback&) = default;
};

// Any callback by value: .callbacks = {MyCallback(3)}. Each fit works with a fresh copy.
class AnyCallback {
 public:
  template <std::derived_from<Callback> C>
  AnyCallback(C callback)
      : callback_(std::make_shared<const C>(std::move(callback))),
        copy_([](const Callback& original) -> std::unique_ptr<Callback> { return std::make_unique<C>(static_cast<const C&>(original)); }) {}

  AnyCallback(const AnyCallback&) = default;  // moving copies: the other stays as it is
  AnyCallback& operator=(const AnyCallback&) = default;

  std::unique_ptr<Callback> copy() const { return copy_(*callback_); }

 private:
  std::shared_ptr<const Callback> callback_;
  std::unique_ptr<Callback> (*copy_)(const Callback&);
};

}  // namespace weir
