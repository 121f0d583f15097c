#pragma once

#include <utility>

#include <weir/core/array.hpp>

#include "core/memory_ops.hpp"
#include "core/model/model_impl.hpp"

namespace weir {

// What training needs of a Model beyond its interface, most of it for steps that are recorded on a CUDA device.
struct ModelAccess {
  // Model::backward without waiting for the device.
  static void enqueue_backward(Model& model, const Batch& batch) { model.impl_->enqueue_backward(batch); }

  // The step counter that layers read there, brought up to date.
  static std::uint64_t* step_on_device(Model& model) { return const_cast<std::uint64_t*>(model.impl_->context(true).step); }

  // The device has counted this many steps by itself.
  static void steps_were_taken(Model& model, std::uint64_t count) {
    model.impl_->state.step += count;
    model.impl_->step_on_device = model.impl_->state.step;
  }

  // What the layers know of their gradients since the last backward; not true once somebody has changed them.
  static std::span<const BoundedGradient> gradients(const Model& model) { return model.impl_->training->gradients(); }

  static const TensorView loss_sum(Model& model) { return model.impl_->loss_sum; }
  static TensorView changing_state(Model& model) { return model.impl_->store->changing_state(); }
  static ConstTensorView state_next(Model& model) { return model.impl_->state_next.view(); }

  // Copies parameters and state of a Model on a CUDA device to the host, so that there is something to save whatever happens to the device.
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

  // The arenas, or their mirror when the device can be used no more.
  static ConstTensorView readable_parameters(const Model& model) {
    return lost(model) ? std::as_const(model.impl_->store->parameters_mirror).view() : model.parameter_arena();
  }
  static ConstTensorView readable_state(const Model& model) {
    return lost(model) ? std::as_const(model.impl_->store->state_mirror).view() : model.state_arena();
  }

  // Whether every layer and loss of the training program may be recorded.
  static bool capturable(const Model& model) { return model.impl_->training && model.impl_->training->capturable(); }

 private:
  static bool lost(const Model& model) {
    return model.device().is_cuda() && !cuda::usable() && !model.impl_->store->parameters_mirror.empty();
  }
};

}  // namespace weir
