#pragma once

#include <utility>

#include <weir/core/array.hpp>

#include "core/memory_ops.hpp"
#include "core/model/model_impl.hpp"

namespace weir {

// Access to a Model's internals for training, mostly for steps that are recorded on a CUDA device.
struct ModelAccess {
  // Model::backward without waiting for the device.
  static void enqueue_backward(Model& model, const Batch& batch) { model.impl_->enqueue_backward(batch); }

  // The step counter in device memory that layers read, set to the current step.
  static std::uint64_t* step_on_device(Model& model) { return const_cast<std::uint64_t*>(model.impl_->context(true).step); }

  // Tells the Model that replayed graphs have advanced the step counter by `count`.
  static void steps_were_taken(Model& model, std::uint64_t count) {
    model.impl_->state.step += count;
    model.impl_->step_on_device = model.impl_->state.step;
  }

  static bool& in_fit(Model& model) { return model.impl_->in_fit; }  // whether fit is training it
  static bool& plan_fixed(Model& model) { return model.impl_->plan_fixed; }

  // The gradients of the last backward with their upper bounds; the bounds are invalid once gradients have been modified.
  static std::span<const BoundedGradient> gradients(const Model& model) { return model.impl_->training->gradients(); }

  static const TensorView loss_sum(Model& model) { return model.impl_->loss_sum; }
  static TensorView changing_state(Model& model) { return model.impl_->store->changing_state(); }
  static TensorView state_next(Model& model) { return model.impl_->state_next; }

  // Copies parameters and state from a CUDA device to the host, so that they can still be saved if the device fails.
  static void mirror(Model& model) {
    ParameterStore& store = *model.impl_->store;
    const auto take = [](const Tensor& from, Tensor& to) {
      if (to.empty()) to = Tensor(from.shape(), from.dtype());
      copy(from, to);
    };
    if (model.device().is_cpu()) return;
    take(store.parameters, store.parameters_mirror);
    take(store.state, store.state_mirror);
  }

  // The parameter arena, or its copy on the host when the device is unusable.
  static ConstTensorView readable_parameters(const Model& model) {
    return lost(model) ? std::as_const(model.impl_->store->parameters_mirror).view() : model.parameter_arena();
  }
  static ConstTensorView readable_state(const Model& model) {
    return lost(model) ? std::as_const(model.impl_->store->state_mirror).view() : model.state_arena();
  }

  // Whether every layer and loss of the training program can be recorded in a CUDA graph.
  static bool capturable(const Model& model) { return model.impl_->training && model.impl_->training->capturable(); }

 private:
  static bool lost(const Model& model) {
    return model.device().is_cuda() && !cuda::usable() && !model.impl_->store->parameters_mirror.empty();
  }
};

}  // namespace weir
