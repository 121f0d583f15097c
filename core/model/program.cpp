#include "core/model/program.hpp"

#include <algorithm>
#include <limits>

#include <weir/core/error.hpp>

#include "core/array_ops.hpp"
#include "core/keys.hpp"
#include "core/memory_ops.hpp"
#include "core/model/profiling_hook.hpp"
#include "core/on_device.hpp"

namespace weir {

namespace {

bool reads_x(Needs needs) { return needs == Needs::x || needs == Needs::both; }
bool reads_y(Needs needs) { return needs == Needs::y || needs == Needs::both; }

}  // namespace

Program::Program(const Graph& graph, const ModelOptions& options, const std::optional<TrainingPlan>& training)
    : options_(options), fused_(fuse_calls(graph, options.fuse)), graph_inputs_(graph.inputs()), graph_outputs_(graph.outputs()) {
  const bool reuse = options.reuse_memory;
  if (training) loss_terms_ = training->losses;
  make_calls(graph, training ? &*training : nullptr);
  make_values(graph, reuse);
  if (training) make_gradients(graph, *training);
  place_blocks(reuse);
}

std::size_t Program::add_block(const Shape& shape, DType dtype, bool per_sample, int first, int last) {
  Block block;
  block.shape = shape;
  block.dtype = dtype;
  block.per_sample = per_sample;
  block.first = first;
  block.last = last;
  blocks_.push_back(block);
  return blocks_.size() - 1;
}

std::vector<std::size_t> Program::add_blocks(const std::vector<BufferSpec>& specs, int first, int last) {
  std::vector<std::size_t> ids;
  for (const BufferSpec& spec : specs) {
    ids.push_back(add_block(spec.shape, dtype_for(spec.storage, options_.dtype), spec.per_sample, first, last));
  }
  return ids;
}

void Program::extend(std::size_t block, int time) { blocks_[block].last = std::max(blocks_[block].last, time); }

// Who runs, and who runs backward: a layer does when it, or anything before it, has something to learn.
void Program::make_calls(const Graph& graph, const TrainingPlan* training) {
  const auto& entries = graph.entries();
  wants_gradient_.assign(entries.size(), false);
  input_slot_.assign(entries.size(), none);
  for (std::size_t i = 0; i < graph_inputs_.size(); ++i) {
    input_slot_[graph_inputs_[i]] = i;
    wants_gradient_[graph_inputs_[i]] =
        training && training->options.input_gradients && entries[graph_inputs_[i]].storage == Storage::compute;
  }
  for (const FusedCall& fused : fused_) {
    Call call;
    call.layer = fused.layer.get();
    call.inputs = fused.inputs;
    call.node = fused.last;
    call.key = key_for(options_.seed, KeyPurpose::layers).with(fused.first);
    call.name = fused.name + " " + fused.layer->describe();
    bool learns = !fused.plan.parameters.empty();
    for (const std::size_t input : fused.inputs) learns = learns || wants_gradient_[input];
    call.runs_backward = training && learns;
    wants_gradient_[fused.last] = call.runs_backward;
    calls_.push_back(std::move(call));
  }
  for (std::size_t t = 0; training && t < training->losses.size(); ++t) {
    const LossTerm& term = training->losses[t];
    Call call;
    call.layer = term.loss.get();
    call.inputs = {graph_outputs_[t]};
    call.node = t;
    call.key = key_for(options_.seed, KeyPurpose::layers).with(entries.size() + t);
    call.name = "loss " + std::to_string(t) + " " + term.loss->describe();
    call.runs_backward = wants_gradient_[graph_outputs_[t]];
    const Shape shapes[] = {entries[graph_outputs_[t]].plan.output, training->targets[t]};
    loss_plans_.push_back(term.loss->infer(shapes));
    loss_weights_.push_back(term.weight);
    losses_.push_back(std::move(call));
  }
}

// y may take the place of x[0] when nobody else will look at x[0] again.
bool Program::may_overwrite_input(const Graph& graph, const FusedCall& call) const {
  const std::size_t x = call.inputs[0];
  if (!call.plan.in_place || value_block_[x] == none || reader_edges_[x] != 1) return false;
  if (call.plan.output.elements() != graph.entries()[x].plan.output.elements()) return false;
  const auto producer = std::find_if(fused_.begin(), fused_.end(), [&](const FusedCall& other) { return other.last == x; });
  const std::size_t index = static_cast<std::size_t>(producer - fused_.begin());
  const std::size_t own = static_cast<std::size_t>(&call - fused_.data());
  const bool producer_reads = calls_[index].runs_backward && reads_y(producer->plan.backward_needs);
  const bool own_reads = calls_[own].runs_backward && reads_x(call.plan.backward_needs);
  return !producer_reads && !own_reads;
}

// The outputs of layers, what they save, and their scratch: alive from where they are written to where they are last read.
void Program::make_values(const Graph& graph, bool reuse) {
  value_block_.assign(graph.entries().size(), none);
  for (const Graph::Entry& entry : graph.entries()) value_shape_.push_back(entry.plan.output);
  reader_edges_.assign(graph.entries().size(), 0);
  for (const FusedCall& call : fused_) {
    for (const std::size_t input : call.inputs) ++reader_edges_[input];
  }
  for (const std::size_t output : graph_outputs_) ++reader_edges_[output];

  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Call& call = calls_[i];
    const LayerPlan& plan = fused_[i].plan;
    const int now = forward_time(i), back = call.runs_backward ? backward_time(i) : now;
    for (const std::size_t input : call.inputs) {
      if (value_block_[input] != none) extend(value_block_[input], reads_x(plan.backward_needs) ? back : now);
    }
    call.y = reuse && may_overwrite_input(graph, fused_[i]) ? value_block_[call.inputs[0]]
                                                            : add_block(plan.output, options_.dtype, true, now, now);
    if (reads_y(plan.backward_needs)) extend(call.y, back);
    value_block_[call.node] = call.y;
    call.saved = add_blocks(plan.saved, now, back);
    call.forward_scratch = add_blocks(plan.scratch, now, now);
  }
  for (const std::size_t output : graph_outputs_) extend(value_block_[output], end_time());
  for (std::size_t t = 0; t < losses_.size(); ++t) {
    Call& call = losses_[t];
    const int now = loss_time(t);
    call.y = add_block(Shape{}, options_.dtype, true, now, now + 1);
    call.dy = add_block(Shape{}, options_.dtype, true, now + 1, now + 1);
    call.saved = add_blocks(loss_plans_[t].saved, now, now + 1);
    call.forward_scratch = add_blocks(loss_plans_[t].scratch, now, now);
    call.backward_scratch = add_blocks(loss_plans_[t].scratch, now + 1, now + 1);
  }
}

// One block an edge along which a gradient flows, from the reader's backward to the writer's.
void Program::make_gradients(const Graph& graph, const TrainingPlan&) {
  const auto& entries = graph.entries();
  gradient_.resize(entries.size());
  std::vector<std::size_t> call_of(entries.size(), none);
  for (std::size_t i = 0; i < calls_.size(); ++i) call_of[calls_[i].node] = i;
  const auto edge = [&](std::size_t value, int now) {
    if (!wants_gradient_[value]) return none;
    const int until = call_of[value] == none ? end_time() : backward_time(call_of[value]);
    gradient_[value].parts.push_back(add_block(entries[value].plan.output, options_.dtype, true, now, until));
    return gradient_[value].parts.back();
  };
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Call& call = calls_[i];
    if (!call.runs_backward) continue;
    for (const std::size_t input : call.inputs) call.dx.push_back(edge(input, backward_time(i)));
    call.backward_scratch = add_blocks(fused_[i].plan.scratch, backward_time(i), backward_time(i));
  }
  for (std::size_t t = 0; t < losses_.size(); ++t) losses_[t].dx = {edge(losses_[t].inputs[0], loss_time(t) + 1), none};
  for (Call& call : calls_) {
    if (call.runs_backward) call.dy = gradient_[call.node].parts.at(0);
  }
}

void Program::place_blocks(bool reuse) {
  std::vector<PlannedBlock> planned;
  for (const Block& block : blocks_) {
    const std::int64_t bytes = block.shape.elements() * static_cast<std::int64_t>(size_of(block.dtype));
    const std::int64_t times = block.per_sample ? options_.max_batch : 1;
    constexpr std::int64_t most = std::int64_t{1} << 48;  // more than any memory, and sums of them are exact
    if (bytes > most / times) {
      throw ConfigError("model: max_batch is " + std::to_string(options_.max_batch) + ", for which " + to_string(block.shape) +
                        " a sample takes over 2^48 bytes. Use a smaller max_batch.");
    }
    planned.push_back({bytes * times, block.first, block.last, 0});
  }
  workspace_bytes_ = plan_memory(planned, reuse);
  for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].offset = planned[i].offset;
}

void Program::bind(void* workspace, ParameterStore& store, TensorView state_next, TensorView gradients) {
  workspace_ = static_cast<std::byte*>(workspace);
  gradients_.clear();
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Views& views = calls_[i].views;
    views = {};
    const std::size_t node = fused_[i].first;
    views.bounds.resize(fused_[i].plan.parameters.size(), std::numeric_limits<double>::infinity());
    for (std::size_t p = 0; p < fused_[i].plan.parameters.size(); ++p) {
      const ArenaEntry& entry = store.parameter_entries[store.first_parameter[node] + p];
      views.parameters.push_back(block_of(store.parameters, entry));
      views.dparameters.push_back(gradients.empty() ? TensorView() : block_of(gradients, entry));
      if (!gradients.empty()) gradients_.push_back({entry.offset, entry.shape.elements(), &views.bounds[p]});
    }
    for (std::size_t s = 0; s < fused_[i].plan.state.size(); ++s) {
      const ArenaEntry& entry = store.state_entries[store.first_state[node] + s];
      views.state.push_back(block_of(store.state, entry));
      views.state_next.push_back(state_next.empty() ? TensorView() : block_of(state_next, entry));
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

// Gives every list its final length and points the spans at it; refresh_views then writes in place.
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

// One epilogue for each value that a single layer reads as its first input, where that layer and the one that makes it run backward.
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

// On a CUDA device an error says in which layer it came.
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
  on_device(context.device, cpu::fill, cuda::fill)(context, loss_sum, 0);
  for (std::size_t t = 0; t < losses_.size(); ++t) {
    Call& call = losses_[t];
    const ProfiledScope watch(Phase::loss, t, &call.views.forward);
    const ConstTensorView weights = batch.weights_for(t);
    call.views.x.back() = batch.targets[t];
    run(call, context, false);
    on_device(context.device, cpu::accumulate_loss, cuda::accumulate_loss)(context, call.views.forward.y, weights, loss_weights_[t],
                                                                           loss_sum);
    if (!call.runs_backward) continue;
    on_device(context.device, cpu::set_loss_gradient, cuda::set_loss_gradient)(context, weights, loss_weights_[t], blocks_[call.dy].view);
    run(call, context, true);
  }
  const auto sum_readers = [&](const Sum& sum) {
    for (std::size_t i = 1; i < sum.parts.size(); ++i) {
      const TensorView& total = blocks_[sum.parts[0]].view;
      on_device(context.device, cpu::add, cuda::add)(context, total, blocks_[sum.parts[i]].view, total);
    }
  };
  for (std::size_t i = calls_.size(); i-- > 0;) {
    Call& call = calls_[i];
    if (!call.runs_backward) continue;
    const ProfiledScope watch(Phase::backward, i, &call.views.backward);
    sum_readers(gradient_[call.node]);
    std::ranges::fill(call.views.bounds, std::numeric_limits<double>::infinity());
    run(call, context, true);
  }
  for (const std::size_t input : graph_inputs_) sum_readers(gradient_[input]);
}

// A block that is overwritten in place keeps its bytes but not always its shape (Flatten).
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
