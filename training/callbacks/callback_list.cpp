#include "training/callbacks/callback_list.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>
#include <weir/core/error.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

constexpr auto always = [](const auto&) { return true; };

// A callback made of FitOptions::on_step and on_epoch; either may be empty.
class Functions : public Callback {
 public:
  Functions(std::function<Control(const StepReport&)> on_step, std::int64_t every, std::function<Control(const EpochReport&)> on_epoch)
      : on_step_(std::move(on_step)), every_(every), on_epoch_(std::move(on_epoch)) {}

  std::string name() const override { return "functions"; }
  std::int64_t every() const override { return on_step_ ? every_ : 0; }
  Control on_step(Model&, const StepReport& report) override { return on_step_(report); }
  Control on_epoch(Model&, const EpochReport& report) override { return on_epoch_ ? on_epoch_(report) : Control::go_on; }

 private:
  std::function<Control(const StepReport&)> on_step_;
  std::int64_t every_;
  std::function<Control(const EpochReport&)> on_epoch_;
};

}  // namespace

CallbackList::CallbackList(Model& model, const FitOptions& options, bool resumed) : model_(model) {
  const auto add = [this](std::unique_ptr<Callback> callback) {
    const std::int64_t every = callback->every();
    if (every < 0) {
      throw ConfigError("fit: the callback " + callback->name() + " wants a call every " + with_commas(every) +
                        " steps, expected 1 or more, or 0 for none. Change its every().");
    }
    std::string key = callback->name();
    for (int i = 1; std::ranges::find(entries_, key, &Entry::key) != entries_.end(); ++i) key = callback->name() + "_" + std::to_string(i);
    entries_.push_back({std::move(callback), every, std::move(key), nullptr});
  };
  if (!options.communicator.is_first()) return;
  for (const AnyCallback& callback : options.callbacks) add(callback.copy());
  if (options.on_step || options.on_epoch) add(std::make_unique<Functions>(options.on_step, options.on_step_every, options.on_epoch));
  if (!resumed) return;
  for (Entry& entry : entries_) {
    std::vector<CallbackState>& saved = model.training_state().callbacks;
    const auto found = std::ranges::find(saved, entry.key, &CallbackState::name);
    if (found == saved.end()) continue;
    entry.callback->load_state(*found);
    entry.saved = &*found;
  }
}

template <class Due, class F>
void CallbackList::call(Due&& due, F&& f) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!due(entries_[i])) continue;
    Callback& callback = *entries_[i].callback;
    if constexpr (std::is_void_v<decltype(f(callback))>) {
      f(callback);
    } else {
      if (f(callback) == Control::stop) stopped_ = true;
    }
    callback.save_state(model_.training_state().callbacks[i]);
  }
}

void CallbackList::on_begin(const BeginReport& report) {
  std::vector<CallbackState> states;
  for (const Entry& entry : entries_) states.push_back(entry.saved ? std::move(*entry.saved) : CallbackState{entry.key, {}, {}});
  model_.training_state().callbacks = std::move(states);
  call(always, [&](Callback& callback) { return callback.on_begin(model_, report); });
}

std::int64_t CallbackList::next_look(std::int64_t step, std::int64_t steps) const {
  for (const Entry& entry : entries_) {
    if (entry.every > 0 && entry.every < steps) steps = std::min(steps, step - step % entry.every + entry.every);
  }
  return steps;
}

void CallbackList::on_step(const StepReport& report) {
  const auto due = [&](const Entry& entry) { return entry.every > 0 && (report.step % entry.every == 0 || report.step == report.steps); };
  call(due, [&](Callback& callback) { return callback.on_step(model_, report); });
  call(due, [&](Callback& callback) { callback.on_checkpoint(model_, false); });
}

void CallbackList::on_epoch(const EpochReport& report) {
  call(always, [&](Callback& callback) { return callback.on_epoch(model_, report); });
  call(always, [&](Callback& callback) { callback.on_checkpoint(model_, false); });
}

void CallbackList::on_end(const History& history) {
  call(always, [&](Callback& callback) { callback.on_checkpoint(model_, true); });
  std::exception_ptr first;
  call(always, [&](Callback& callback) {
    try {
      callback.on_end(model_, history);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  });
  if (first) std::rethrow_exception(first);
}

}  // namespace weir
