#include "training/averager.hpp"

#include <algorithm>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/memory_ops.hpp"
#include "core/options.hpp"

namespace weir {

Averager::Averager(Model& model, const std::optional<WeightAverage>& options) : model_(&model), options_(options) {
  if (!options_) return;
  check_options(*options_);
  const TensorView arena = model.parameter_arena();
  TrainingState& state = model.training_state();
  const TensorView kept = state.average.values;
  const bool go_on = state.average.updates > 0 && kept.elements() == arena.elements() && kept.dtype() == arena.dtype();
  next_.config = config_of(*options_);
  if (go_on) next_.updates = state.average.updates;
  if (!go_on) next_.values = Tensor(arena.shape(), arena.dtype(), arena.device());
  values_ = go_on ? kept : next_.values.view();
  seen_ = state.step;
  update_.decay = options_->decay;
  update_.every = static_cast<std::uint64_t>(options_->every);
  update_.start = static_cast<std::uint64_t>(options_->start);
  if (!go_on) update_.first = (std::max(seen_, update_.start) / update_.every + 1) * update_.every;
}

void Averager::update(const Context& context, const std::uint64_t* step, std::uint64_t first_step, const std::uint64_t* skip) {
  if (!options_) return;
  update_.step = step;
  update_.first_step = first_step;
  update_.skip = skip;
  on_device::update_average(context, update_, model_->parameter_arena(), values_);
}

void Averager::steps_were_taken() {
  if (!options_) return;
  const std::uint64_t now = model_->training_state().step, from = std::max(seen_, update_.start);
  AverageState& state = model_->training_state().average;
  if (!std::exchange(is_kept_, true)) {
    if (next_.values.empty()) next_.values = std::move(state.values);
    state = std::move(next_);  // values_ stays valid
  }
  if (now > from) state.updates += now / update_.every - from / update_.every;
  seen_ = now;
}

void Averager::warm_up(Evaluator& validation) {
  validation.warm_up();
  if (options_ && options_->validate) parameters_ = Tensor(values_.shape(), values_.dtype(), values_.device());
}

Evaluation Averager::evaluate(Evaluator& validation) {
  if (parameters_.empty() || model_->training_state().average.updates == 0) return validation.run();
  const TensorView w = model_->parameter_arena();
  copy(w, parameters_);
  copy(values_, w);
  Evaluation result;
  try {
    result = validation.run();
  } catch (...) {
    if (w.device().is_cpu() || cuda::usable()) copy(parameters_, w);
    throw;
  }
  copy(parameters_, w);
  return result;
}

Model averaged_model(const Model& model) {
  const AverageState& average = model.training_state().average;
  if (average.updates == 0) {
    throw ConfigError("averaged_model: the Model has no average of its weights. Train it with FitOptions::average, beyond its start.");
  }
  Model result(model.graph(), model.options());
  copy(average.values, result.parameter_arena());
  if (model.state_arena().elements() > 0) copy(model.state_arena(), result.state_arena());
  result.set_data_info(model.data_info());
  return result;
}

}  // namespace weir
