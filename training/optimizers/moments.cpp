#include "training/optimizers/moments.hpp"

#include <algorithm>
#include <utility>

namespace weir {

Moments::Moments(Model& model, const Optimizer& optimizer) {
  OptimizerState& state = model.training_state().optimizer;
  const std::vector<std::string> names = optimizer.moments();
  const TensorView arena = model.parameter_arena();
  const auto fits = [&](const Moment& moment, const std::string& name) {
    return moment.name == name && moment.values.elements() == arena.elements() && moment.values.dtype() == arena.dtype();
  };
  next_.type = optimizer.type();
  next_.config = optimizer.config();
  go_on_ = state.type == next_.type && std::equal(state.moments.begin(), state.moments.end(), names.begin(), names.end(), fits);
  next_.first_step = go_on_ ? state.first_step : model.training_state().step;
  if (!go_on_) {
    for (const std::string& name : names) next_.moments.push_back({name, Tensor(arena.shape(), arena.dtype(), arena.device())});
  }
  // Views stay valid when their Tensors are moved.
  for (Moment& moment : go_on_ ? state.moments : next_.moments) views_.push_back(moment.values.view());
}

void Moments::keep(OptimizerState& state) {
  if (go_on_) next_.moments = std::move(state.moments);
  state = std::move(next_);
  next_.first_step = state.first_step;
}

}  // namespace weir
