#include <cmath>
#include <limits>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/training/early_stopping.hpp>
#include <weir/training/quantity.hpp>

#include "core/options.hpp"

namespace weir {

namespace {

// Copies tensors; into those that are there already, without new memory.
void copy_all(const std::vector<Tensor>& from, std::vector<Tensor>& to) {
  for (std::size_t i = 0; i < from.size(); ++i) i < to.size() ? copy(from[i], to[i]) : to.push_back(from[i].clone());
}

}  // namespace

EarlyStopping::EarlyStopping(EarlyStoppingOptions options) : options_(std::move(options)) {
  check_option("early_stopping", "min_delta", options_.min_delta, OptionRange::not_negative);
  check_option("early_stopping", "patience", options_.patience, OptionRange::not_negative);
  check_option("early_stopping", "start_from_epoch", options_.start_from_epoch, OptionRange::not_negative);
}

Control EarlyStopping::on_begin(Model&, const BeginReport& report) {
  const std::string& monitor = options_.monitor;
  check_quantity("early_stopping", monitor, report);
  higher_is_better_ = higher_is_better("early_stopping", monitor, options_.mode);
  return stopped_ && wait_ >= options_.patience ? Control::stop : Control::go_on;
}

bool EarlyStopping::improves(double value, double reference) const {
  return higher_is_better_ ? value - options_.min_delta > reference : value + options_.min_delta < reference;
}

void EarlyStopping::keep(const Model& model, std::int64_t epoch) {
  best_epoch_ = epoch;
  if (!options_.restore_best_weights) return;
  if (!best_weights_) best_weights_ = std::make_shared<std::vector<Tensor>>();
  if (best_weights_->empty()) {
    best_weights_->push_back(clone(model.parameter_arena()));
    if (model.state_arena().elements() > 0) best_weights_->push_back(clone(model.state_arena()));
  } else {
    copy(model.parameter_arena(), best_weights_->front());
    if (best_weights_->size() > 1) copy(model.state_arena(), best_weights_->back());
  }
}

Control EarlyStopping::on_epoch(Model& model, const EpochReport& report) {
  if (report.epoch <= options_.start_from_epoch) return Control::go_on;
  const double value = quantity(report, options_.monitor);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  ++wait_;
  if (improves(value, best_.value_or(higher_is_better_ ? -infinity : infinity))) {
    best_ = value;
    keep(model, report.epoch);
    if (!options_.baseline || improves(value, *options_.baseline)) wait_ = 0;
    return Control::go_on;
  }
  if (options_.restore_best_weights && !best_weights_) keep(model, report.epoch);
  stopped_ = wait_ >= options_.patience && report.epoch > 1;
  return stopped_ ? Control::stop : Control::go_on;
}

void EarlyStopping::on_end(Model& model, const History&) {
  if (!options_.restore_best_weights || !best_weights_) return;
  copy(best_weights_->front(), model.parameter_arena());
  if (best_weights_->size() > 1) copy(best_weights_->back(), model.state_arena());
}

void EarlyStopping::save_state(CallbackState& state) const {
  const bool same = state.config.contains("best_epoch") && state.config.integer("best_epoch") == best_epoch_;
  state.config.set("wait", wait_).set("best_epoch", best_epoch_).set("stopped", stopped_);
  if (best_) state.config.set("best", *best_);
  if (best_weights_ && (!same || state.tensors.empty())) copy_all(*best_weights_, state.tensors);
}

void EarlyStopping::load_state(const CallbackState& state) {
  wait_ = state.config.integer("wait");
  best_epoch_ = state.config.integer("best_epoch");
  stopped_ = state.config.boolean("stopped");
  if (state.config.contains("best")) best_ = state.config.number("best");
  if (state.tensors.empty()) return;
  best_weights_ = std::make_shared<std::vector<Tensor>>();
  copy_all(state.tensors, *best_weights_);
}

}  // namespace weir
