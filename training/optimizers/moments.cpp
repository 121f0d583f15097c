#include "training/optimizers/moments.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace weir {

namespace {

// TrainingState::optimizer reads "adam" or, when an earlier optimizer took the first 200 steps, "adam since step 200".
constexpr std::string_view since = " since step ";

std::string owner_text(const std::string& type, std::uint64_t first_step) {
  return first_step == 0 ? type : type + std::string(since) + std::to_string(first_step);
}

// The first step of moments with this owner; none when it is another type's.
std::optional<std::uint64_t> first_step_of(std::string_view owner, std::string_view type) {
  if (!owner.starts_with(type)) return std::nullopt;
  owner.remove_prefix(type.size());
  if (owner.empty()) return 0;
  if (!owner.starts_with(since)) return std::nullopt;
  owner.remove_prefix(since.size());
  std::uint64_t step = 0;
  const auto [end, error] = std::from_chars(owner.data(), owner.data() + owner.size(), step);
  return error == std::errc() && end == owner.data() + owner.size() ? std::optional(step) : std::nullopt;
}

bool fit_together(const TrainingState& state, const Model& model, const Optimizer& optimizer) {
  if (state.moments.size() != static_cast<std::size_t>(optimizer.moments())) return false;
  for (const Tensor& moment : state.moments) {
    if (moment.elements() != model.parameter_arena().elements() || moment.dtype() != model.dtype()) return false;
  }
  return true;
}

}  // namespace

Moments::Moments(Model& model, const Optimizer& optimizer) {
  TrainingState& state = model.training_state();
  const auto first = first_step_of(state.optimizer, optimizer.type());
  kept_ = first && fit_together(state, model, optimizer);
  if (kept_) {
    first_step_ = *first;
    views_.assign(state.moments.begin(), state.moments.end());
    return;
  }
  first_step_ = state.step;
  owner_ = owner_text(optimizer.type(), first_step_);
  for (int i = 0; i < optimizer.moments(); ++i) {
    fresh_.emplace_back(model.parameter_arena().shape(), model.dtype(), model.device());
    views_.push_back(fresh_.back());  // a view stays good when its Tensor is moved
  }
}

void Moments::keep(TrainingState& state) {
  if (kept_) return;
  kept_ = true;
  state.optimizer = owner_;
  state.moments = std::move(fresh_);
}

}  // namespace weir
