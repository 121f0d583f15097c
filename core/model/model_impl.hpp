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
  Tensor device_step;                        // on a CUDA device: where *context.step points ...
  mutable std::uint64_t step_on_device = 0;  // ... and its current value
  std::unique_ptr<Program> inference, training;
  Program* last_run = nullptr;  // the program whose outputs are in the workspace
  std::optional<TrainingPlan> plan;
  TrainingState state;
  bool in_fit = false;      // fit is training this Model ...
  bool plan_fixed = false;  // ... and has planned its steps
  DataInfo data_info;

  Impl(Graph graph_, const ModelOptions& options_, std::shared_ptr<ParameterStore> store_);
  void bind_programs();  // allocates a workspace large enough for both programs
  Context context(bool training_mode) const;
  void enqueue_backward(const Batch& batch);                                 // returns before a CUDA device has finished
  std::int64_t check_inputs(std::span<const ConstTensorView> inputs) const;  // returns the batch; throws before anything changes
  void check_targets(const Batch& batch, std::int64_t samples) const;
};

}  // namespace weir
