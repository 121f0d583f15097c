// How a Program runs: its views of the workspace, then forward and backward.

#include "core/model/program.hpp"

#include <algorithm>
#include <limits>

#include <weir/core/error.hpp>

#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"
#include "core/model/profiling_hook.hpp"

namespace weir {

namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

}  // namespace

void Program::bind(void* workspace, ParameterStore& store, TensorView state_next, TensorView gradients) {
  workspace_ = static_cast<std::byte*>(workspace);
  gradients_.clear();
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Views& views = calls_[i].views;
    views = {};
    const std::size_t node = fused_[i].first;
    views.bounds.resize(fused_[i].plan.parameters.size(), unbounded);
    for (std::size_t p = 0; p < fused_[i].plan.parameters.size(); ++p) {
      const ArenaEntry& entry = store.parameter_entries[store.parameter_blocks[node][p]];
      views.parameters.push_back(block_of(store.parameters, entry));
      const bool in_arena = !gradients.empty() && calls_[i].dparameters[p] == none;
      views.dparameters.push_back(in_arena ? block_of(gradients, entry) : TensorView());
      const bool is_sum = std::ranges::any_of(calls_[i].to_be_added, [p](const SharedGradient& part) { return part.parameter == p; });
      if (in_arena) gradients_.push_back({entry.offset, entry.shape.elements(), is_sum ? &unbounded : &views.bounds[p]});
    }
    for (std::size_t s = 0; s < fused_[i].plan.state.size(); ++s) {
      const ArenaEntry& entry = store.state_entries[store.state_blocks[node][s]];
      const bool constant = fused_[i].plan.state[s].constant;
      views.state.push_back(block_of(store.state, entry));
      views.state_next.push_back(state_next.empty() || constant ? TensorView() : block_of(state_next, entry));
    }
    bind_views(calls_[i]);
  }
  for (Call& loss : losses_) {
    loss.views = {};
    bind_views(loss);
  }
  link_calls();
  std::ranges::sort(gradients_, {}, &BoundedGradient::offset);
  outputs_.assign(graph_outputs_.size(), {});
  batch_ = -1;
}

// Gives every list its final length and sets the spans in args; after that refresh_views writes in place.
void Program::bind_views(Call& call) {
  Views& v = call.views;
  const bool is_loss = &call >= losses_.data() && &call < losses_.data() + losses_.size();
  v.x.resize(call.inputs.size() + (is_loss ? 1 : 0));
  v.saved.resize(call.saved.size());
  v.forward_scratch.resize(call.forward_scratch.size());
  v.backward_scratch.resize(call.backward_scratch.size());
  v.dx.resize(call.dx.size());
  v.forward.x = v.x;
  v.forward.parameters = v.parameters;
  v.forward.state = v.state;
  v.forward.state_next = v.state_next;
  v.forward.saved = v.saved;
  v.forward.dparameters = v.dparameters;
  if (call.runs_backward) v.forward.links = &v.links;
  v.backward = v.forward;
  v.forward.scratch = v.forward_scratch;
  v.backward.scratch = v.backward_scratch;
  v.backward.dx = v.dx;
  v.links.layer = call.layer;
  if (options_.device.is_cpu()) v.links.bounds = v.bounds;
}

// Creates an epilogue for each value that a single layer reads as its first input, if both that layer and the value's producer run
// backward.
void Program::link_calls() {
  for (Call& reader : calls_) {
    if (!reader.runs_backward || reader_edges_[reader.inputs[0]] != 1) continue;
    const auto producer = std::ranges::find(calls_, reader.inputs[0], &Call::node);
    if (producer == calls_.end() || !producer->runs_backward) continue;
    producer->views.links.dy = reader.views.links.dx = &producer->views.epilogue;
  }
}

void Program::refresh_views(Call& call) {
  Views& v = call.views;
  const auto view = [this](std::size_t block) { return block == none ? TensorView() : blocks_[block].view; };
  const auto refresh = [&](auto& views, const std::vector<std::size_t>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) views[i] = view(ids[i]);
  };
  for (std::size_t i = 0; i < call.inputs.size(); ++i) v.x[i] = value(call.inputs[i]);
  refresh(v.saved, call.saved);
  refresh(v.forward_scratch, call.forward_scratch);
  refresh(v.backward_scratch, call.backward_scratch);
  refresh(v.dx, call.dx);
  for (std::size_t p = 0; p < call.dparameters.size(); ++p) {
    if (call.dparameters[p] != none) v.dparameters[p] = view(call.dparameters[p]);
  }
  const bool is_loss = v.x.size() > call.inputs.size();
  v.forward.y = v.backward.y = is_loss ? view(call.y) : value_view(call.node);
  v.backward.dy = view(call.dy);
  v.forward.batch = v.backward.batch = batch_;
}

void Program::set_batch(std::int64_t batch) {
  if (batch == batch_) return;
  batch_ = batch;
  for (Block& block : blocks_) {
    block.view =
        TensorView(workspace_ + block.offset, block.per_sample ? block.shape.with_front(batch) : block.shape, block.dtype, options_.device);
  }
  for (Call& call : calls_) refresh_views(call);
  for (Call& loss : losses_) refresh_views(loss);
  for (std::size_t i = 0; i < graph_outputs_.size(); ++i) outputs_[i] = value(graph_outputs_[i]);
}

void Program::forward(const Context& context, std::span<const ConstTensorView> inputs) {
  for (Call& call : calls_) {
    const ProfiledScope watch(Phase::forward, static_cast<std::size_t>(&call - calls_.data()), &call.views.forward);
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
      if (input_slot_[call.inputs[i]] != none) call.views.x[i] = inputs[input_slot_[call.inputs[i]]];
    }
    if (call.runs_backward) call.views.epilogue = {};
    run(call, context, false);
  }
}

bool Program::capturable() const {
  const auto can = [](const Call& call) { return call.layer->capturable(); };
  return std::all_of(calls_.begin(), calls_.end(), can) && std::all_of(losses_.begin(), losses_.end(), can);
}

// Adds the layer's name to errors of a CUDA device.
void Program::run(const Call& call, const Context& context, bool backward) const try {
  Context own = context;
  own.key = micro_batch_ == 0 ? call.key : call.key.with(micro_batch_);
  if (backward) {
    call.layer->backward(own, call.views.backward);
  } else {
    call.layer->forward(own, call.views.forward);
  }
} catch (const DeviceError& error) {
  if (context.device.is_cpu()) throw;
  throw DeviceError(call.name + (backward ? ", backward: " : ", forward: ") + error.what());
}

void Program::backward(const Context& context, const Batch& batch, const TensorView& loss_sum) {
  on_device::fill(context, loss_sum, 0);
  for (std::size_t t = 0; t < losses_.size(); ++t) {
    Call& call = losses_[t];
    const ProfiledScope watch(Phase::loss, t, &call.views.forward);
    const ConstTensorView weights = batch.weights_for(t);
    call.views.x.back() = batch.targets[t];
    run(call, context, false);
    on_device::accumulate_loss(context, call.views.forward.y, weights, loss_weights_[t], loss_sum);
    if (!call.runs_backward) continue;
    on_device::set_loss_gradient(context, weights, loss_weights_[t], blocks_[call.dy].view);
    run(call, context, true);
  }
  const auto add = [&](const TensorView& total, std::size_t block) { on_device::add(context, total, blocks_[block].view, total); };
  const auto sum_readers = [&](const Sum& sum) {
    for (std::size_t i = 1; i < sum.parts.size(); ++i) add(blocks_[sum.parts[0]].view, sum.parts[i]);
  };
  for (std::size_t i = calls_.size(); i-- > 0;) {
    Call& call = calls_[i];
    if (!call.runs_backward) continue;
    const ProfiledScope watch(Phase::backward, i, &call.views.backward);
    sum_readers(gradient_[call.node]);
    std::ranges::fill(call.views.bounds, unbounded);
    run(call, context, true);
    for (const SharedGradient& part : call.to_be_added) add(call.views.dparameters[part.parameter], part.block);
  }
  for (const std::size_t input : graph_inputs_) sum_readers(gradient_[input]);
}

// A block that is overwritten in place keeps its bytes, but its shape may change (Flatten).
TensorView Program::value_view(std::size_t graph_entry) const {
  const std::size_t block = value_block_[graph_entry];
  return block == none ? TensorView() : blocks_[block].view.reshaped(value_shape_[graph_entry].with_front(batch_));
}

ConstTensorView Program::value(std::size_t graph_entry) const { return value_view(graph_entry); }

ConstTensorView Program::input_gradient(std::size_t graph_entry) const {
  if (gradient_.empty() || gradient_[graph_entry].parts.empty()) return {};
  return blocks_[gradient_[graph_entry].parts[0]].view;
}

}  // namespace weir
