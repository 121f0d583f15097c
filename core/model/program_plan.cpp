// Plans, once for each graph, what a Program computes and where its blocks are.

#include "core/model/program.hpp"

#include <algorithm>

#include <weir/core/error.hpp>

#include "core/keys.hpp"

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
  if (training) {
    make_gradients(graph);
    share_gradients(graph);
  }
  place_blocks(reuse);
}

std::size_t Program::add_block(const Shape& shape, DType dtype, bool per_sample, int first, int last) {
  blocks_.push_back({shape, dtype, per_sample, first, last});
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

// Chooses which layers run forward and backward: a layer runs backward if it, or a layer before it, has parameters to train.
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

// Whether y may overwrite x[0]: nothing else reads x[0] afterwards.
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

// The blocks for outputs, saved values and scratch, each with the first and last time at which it is used.
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

// One block for each edge along which a gradient flows, in use from the reader's backward to the producer's.
void Program::make_gradients(const Graph& graph) {
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

// The gradient of a shared parameter is the sum over the nodes that share it. Backward of the first node runs last and writes to the arena;
// the gradients of the others are kept in blocks until then. These blocks are in use from the start of backward, since a layer's reader may
// already begin that layer's backward (layer_links.hpp).
void Program::share_gradients(const Graph& graph) {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const std::size_t node = fused_[i].first;
    const Graph::Entry& entry = graph.entries()[node];
    for (std::size_t p = 0; p < entry.blocks.size(); ++p) {
      const auto [owner, parameter] = entry.blocks[p];
      calls_[i].dparameters.push_back(none);
      if (owner == node) continue;
      const auto first =
          std::find_if(fused_.begin(), fused_.end(), [&, wanted = owner](const FusedCall& call) { return call.first == wanted; });
      const auto call = static_cast<std::size_t>(first - fused_.begin());
      const int begin = backward_time(calls_.size() - 1), end = backward_time(call);
      calls_[i].dparameters[p] = add_block(entry.plan.parameters[p].shape, options_.dtype, false, begin, end);
      calls_[call].to_be_added.push_back({parameter, calls_[i].dparameters[p]});
    }
  }
}

void Program::place_blocks(bool reuse) {
  std::vector<PlannedBlock> planned;
  for (const Block& block : blocks_) {
    const std::int64_t width = static_cast<std::int64_t>(size_of(block.dtype)), times = block.per_sample ? options_.max_batch : 1;
    if (block.shape.elements() > most_bytes / width / times) {
      throw ConfigError("model: max_batch is " + std::to_string(options_.max_batch) + ", for which " + to_string(block.shape) +
                        " a sample takes over 2^48 bytes. Use a smaller max_batch.");
    }
    planned.push_back({block.shape.elements() * width * times, block.first, block.last, 0});
  }
  workspace_bytes_ = plan_memory(planned, reuse);
  for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i].offset = planned[i].offset;
}

}  // namespace weir
