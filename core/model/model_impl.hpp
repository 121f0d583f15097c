#pragma once

#include <memory>
#include <optional>

#include <weir/core/model.hpp>

#include "core/model/parameters.hpp"
#include "core/model/program.hpp"

namespace weir {

struct Model::Impl {
  Graph graph;
  ModelOptions options;
  std::shared_ptr<ParameterStore> store;
  Tensor workspace, state_next, gradients, loss_sum;
  Tensor device_step;                        // on a CUDA device: what layers read as *context.step ...
  mutable std::uint64_t step_on_device = 0;  // ... and its value
  std::unique_ptr<Program> inference, training;
  Program* last_run = nullptr;  // whose outputs lie in the workspace
  std::optional<TrainingPlan> plan;
  TrainingState state;
  DataInfo data_info;

  Impl(Graph graph_, const ModelOptions& options_, std::shared_ptr<ParameterStore> store_);
  void bind_programs();  // gives the programs a workspace that is large enough for both
  Context context(bool training_mode) const;
  void enqueue_backward(const Batch& batch);                                 // returns before a CUDA device has done it
  std::int64_t check_inputs(std::span<const ConstTensorView> inputs) const;  // the batch; throws before anything changes
  void check_targets(const Batch& batch, std::int64_t samples) const;
};

}  // namespace weir
