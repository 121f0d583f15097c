#include <algorithm>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>

#include "core/check_info.hpp"
#include "core/convert.hpp"
#include "core/cpu/standard_floats.hpp"
#include "core/cpu/team.hpp"
#include "core/memory_ops.hpp"
#include "core/model/model_impl.hpp"
#include "core/model/model_work.hpp"

namespace weir {

namespace {

void check_options(const Graph& graph, const ModelOptions& options) {
  graph.validate();
  if (options.max_batch < 1) {
    throw ConfigError("model: max_batch is " + std::to_string(options.max_batch) + ", expected at least 1.");
  }
  if (options.dtype != DType::f32 && options.dtype != DType::f64) {
    throw ConfigError("model: dtype is " + to_string(options.dtype) + ", expected f32 or f64: the others do not compute.");
  }
  if (options.precision != Precision::f32 && (options.device.is_cpu() || options.dtype != DType::f32)) {
    throw ConfigError("model: precision is " + to_string(options.precision) + " with " + to_string(options.dtype) + " on " +
                      to_string(options.device) + ", expected f32. Others are for f32 on a CUDA device.");
  }
  if (options.device.is_cuda()) {
    const int devices = cuda::device_count();
    if (options.device.index() < 0 || options.device.index() >= devices) {
      throw DeviceError("model: " + to_string(options.device) + " asked for, " + std::to_string(devices) + " CUDA devices can be used (" +
                        cuda_status() + "). Use best_device() or Device::cpu().");
    }
  }
  for (const Graph::Entry& entry : graph.entries()) {
    if (entry.layer && !entry.layer->runs_on(options.device)) {
      throw DeviceError("model: " + entry.name + " " + entry.layer->describe() + " does not run on " + to_string(options.device) +
                        ". Use a device that it runs on, or give it code for this one (Layer::runs_on).");
    }
  }
}

// Checks one view's dtype, device and shape; the first view checked sets the batch. `who` is called only for an error message.
template <class Who>
void check_view(Who&& who, const ConstTensorView& view, const Shape& sample, DType dtype, const ModelOptions& options,
                std::int64_t& batch) {
  if (view.device() != options.device) {
    throw DeviceError(who() + ": is on " + to_string(view.device()) + ", the model is on " + to_string(options.device) +
                      ". Copy it with Tensor::to(Device).");
  }
  if (view.dtype() != dtype) {
    throw ConfigError(who() + ": holds " + to_string(view.dtype()) + ", expected " + to_string(dtype) +
                      ". Convert it with Tensor::to(DType).");
  }
  if (reinterpret_cast<std::uintptr_t>(view.raw()) % size_of(dtype) != 0) require_aligned(who(), view);
  const Shape& shape = view.shape();
  if (shape.rank() != sample.rank() + 1 || shape.without_front() != sample) {
    std::string wanted = to_string(sample.with_front(0));
    wanted.replace(1, 1, "batch");
    throw ShapeError(who() + ": got " + to_string(shape) + ", expected " + wanted + ".");
  }
  if (shape[0] > options.max_batch) {
    throw ShapeError(who() + ": got a batch of " + std::to_string(shape[0]) + ", expected at most " + std::to_string(options.max_batch) +
                     ". Make the Model with a larger max_batch or pass less at a time.");
  }
  if (batch >= 0 && shape[0] != batch) {
    throw ShapeError(who() + ": got a batch of " + std::to_string(shape[0]) + ", the one before it has " + std::to_string(batch) +
                     ". Pass equally many samples.");
  }
  batch = shape[0];
}

void check_count(const char* what, std::size_t got, std::size_t expected) {
  if (got != expected) {
    throw ShapeError("model: got " + std::to_string(got) + " " + what + ", expected " + std::to_string(expected) + ".");
  }
}

bool same_plan(const TrainingPlan& plan, const Losses& losses, const std::vector<Shape>& targets, const TrainingPlanOptions& options) {
  const auto same_term = [](const LossTerm& a, const LossTerm& b) {
    return a.weight == b.weight && (a.loss == b.loss || (a.loss->type() == b.loss->type() && a.loss->config() == b.loss->config()));
  };
  return plan.targets == targets && plan.options.input_gradients == options.input_gradients &&
         std::equal(plan.losses.begin(), plan.losses.end(), losses.terms().begin(), losses.terms().end(), same_term);
}

}  // namespace

Model::Impl::Impl(Graph graph_, const ModelOptions& options_, std::shared_ptr<ParameterStore> store_)
    : graph(std::move(graph_)), options(options_), store(std::move(store_)) {
  inference = std::make_unique<Program>(graph, options, std::nullopt);
  if (options.device.is_cuda()) device_step = Tensor(Shape{sizeof(std::uint64_t)}, DType::u8, options.device);
  data_info = {.inputs = std::vector<FieldInfo>(graph.inputs().size()), .targets = std::vector<FieldInfo>(graph.outputs().size())};
  bind_programs();
}

void Model::Impl::bind_programs() {
  const std::int64_t bytes = std::max(inference->workspace_bytes(), training ? training->workspace_bytes() : 0);
  if (workspace.empty() || static_cast<std::int64_t>(workspace.bytes()) < bytes) {
    workspace = {};
    workspace = Tensor(Shape{bytes}, DType::u8, options.device);
  }
  void* memory = workspace.view().raw();
  inference->bind(memory, *store, {}, {});
  if (training) training->bind(memory, *store, state_next, gradients);
  last_run = nullptr;
}

Context Model::Impl::context(bool training_mode) const {
  Context context = context_for(options.device);
  context.training = training_mode;
  context.precision = options.precision;
  context.step = &state.step;
  if (device_step.empty()) return context;
  auto* step = static_cast<std::uint64_t*>(const_cast<void*>(device_step.view().raw()));
  if (step_on_device != state.step) cuda::write_number(context, step, state.step);
  step_on_device = state.step;
  context.step = step;
  return context;
}

std::int64_t Model::Impl::check_inputs(std::span<const ConstTensorView> inputs) const {
  check_count("inputs", inputs.size(), graph.inputs().size());
  std::int64_t batch = -1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Graph::Entry& entry = graph.entries()[graph.inputs()[i]];
    check_view([&] { return entry.name; }, inputs[i], entry.plan.output, dtype_for(entry.storage, options.dtype), options, batch);
  }
  return batch;
}

void Model::Impl::check_targets(const Batch& batch, std::int64_t samples) const {
  if (samples == 0) throw ShapeError("model: got a batch of 0, training needs at least 1 sample.");
  check_count("targets", batch.targets.size(), plan->losses.size());
  for (std::size_t t = 0; t < batch.targets.size(); ++t) {
    const auto who = [t] { return "target " + std::to_string(t); };
    check_view(who, batch.targets[t], plan->targets[t], dtype_for(plan->target_storage[t], options.dtype), options, samples);
  }
  if (batch.sample_weights.size() > 1) check_count("lists of sample weights", batch.sample_weights.size(), plan->losses.size());
  for (const ConstTensorView& weights : batch.sample_weights)
    check_view([] { return std::string("sample weights"); }, weights, Shape{}, options.dtype, options, samples);
}

Model::Model(Graph graph, ModelOptions options) {
  const cpu::StandardFloats standard;
  check_options(graph, options);
  auto store = std::make_shared<ParameterStore>(graph, options);
  impl_ = std::make_unique<Impl>(std::move(graph), options, std::move(store));
}

Model::Model(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Model::Owner::Owner(std::unique_ptr<Impl> impl) : std::unique_ptr<Impl>(std::move(impl)) {}

Model::Impl& Model::Owner::operator*() const {
  if (!get()) throw ConfigError("model: was moved from and is empty. Use the Model that it was moved to, or assign another one.");
  return *get();
}

Model::Impl* Model::Owner::operator->() const { return &**this; }

Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::share() const {
  Model other(std::make_unique<Impl>(impl_->graph, impl_->options, impl_->store));
  other.impl_->data_info = impl_->data_info;
  return other;
}

const Graph& Model::graph() const& { return impl_->graph; }
const ModelOptions& Model::options() const& { return impl_->options; }

ModelMemory Model::memory() const {
  const auto bytes = [](const Tensor& tensor) { return static_cast<std::int64_t>(tensor.bytes()); };
  return {bytes(impl_->store->parameters), bytes(impl_->gradients), bytes(impl_->store->state) + bytes(impl_->state_next),
          bytes(impl_->workspace)};
}

const std::vector<ArenaEntry>& Model::parameters() const& { return impl_->store->parameter_entries; }
const std::vector<ArenaEntry>& Model::states() const& { return impl_->store->state_entries; }
TensorView Model::parameter_arena() & { return impl_->store->parameters; }
ConstTensorView Model::parameter_arena() const& { return std::as_const(impl_->store->parameters).view(); }
TensorView Model::state_arena() & { return impl_->store->state; }
ConstTensorView Model::state_arena() const& { return std::as_const(impl_->store->state).view(); }

TensorView Model::parameter(std::string_view name) & {
  return block_of(impl_->store->parameters, find_entry(parameters(), name, "parameter"));
}
ConstTensorView Model::parameter(std::string_view name) const& {
  return block_of(impl_->store->parameters, find_entry(parameters(), name, "parameter"));
}
TensorView Model::state(std::string_view name) & { return block_of(impl_->store->state, find_entry(states(), name, "state")); }
ConstTensorView Model::state(std::string_view name) const& { return block_of(impl_->store->state, find_entry(states(), name, "state")); }

std::span<const ConstTensorView> Model::forward(std::span<const ConstTensorView> inputs) & {
  const std::int64_t batch = impl_->check_inputs(inputs);
  impl_->last_run = impl_->inference.get();
  impl_->inference->set_batch(batch);
  if (batch > 0) {
    const Context context = impl_->context(false);
    with_team(context, multiplications(*this, batch), [&] { impl_->inference->forward(context, inputs); });
    finish(context);
  }
  return impl_->inference->outputs();
}

ConstTensorView Model::forward(ConstTensorView input) & {
  check_count("outputs wanted", 1, graph().outputs().size());
  return forward(std::span<const ConstTensorView>(&input, 1))[0];
}

void Model::plan_training(const Losses& losses, std::vector<Shape> targets, TrainingPlanOptions options) {
  Impl& impl = *impl_;
  if (impl.plan && same_plan(*impl.plan, losses, targets, options)) return;
  if (impl.plan_fixed) {
    throw ConfigError(
        "model: plan_training for other losses, targets or options was called by a callback of a fit that trains this Model. "
        "Call it when fit has returned.");
  }
  check_count("losses", losses.terms().size(), graph().outputs().size());
  check_count("target shapes", targets.size(), losses.terms().size());
  std::vector<Storage> storage;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const LossTerm& term = losses.terms()[t];
    const Graph::Entry& output = graph().entries()[graph().outputs()[t]];
    const std::string who = term.loss->describe() + " after " + output.name + " " + to_string(output.plan.output) + ": ";
    const Shape shapes[] = {output.plan.output, targets[t]};
    try {
      const LayerPlan loss = term.loss->infer(shapes);
      if (loss.output != Shape{}) throw ConfigError("its y is not one number a sample. A loss must infer the output [].");
      if (!loss.parameters.empty() || !loss.state.empty())
        throw ConfigError("it has parameters or state. Put them into a layer of the graph.");
      storage.push_back(loss.inputs.empty() ? Storage::compute : loss.inputs.at(1));
    } catch (const ShapeError& error) {
      throw ShapeError(who + error.what());
    } catch (const ConfigError& error) {
      throw ConfigError(who + error.what());
    }
    if (!term.loss->runs_on(device())) throw DeviceError(who + "does not run on " + to_string(device()) + ". Use another device or loss.");
  }
  TrainingPlan plan{losses.terms(), std::move(targets), std::move(storage), options};
  auto program = std::make_unique<Program>(impl.graph, impl.options, plan);
  if (impl.gradients.empty()) {
    Tensor gradients(impl.store->parameters.shape(), dtype(), device()), sum(Shape{1}, DType::f64, device());
    impl.state_next = clone(impl.store->changing_state());
    impl.gradients = std::move(gradients);
    impl.loss_sum = std::move(sum);
  }
  std::optional<TrainingPlan> planned(std::move(plan));
  std::swap(impl.training, program);
  std::swap(impl.plan, planned);
  try {
    impl.bind_programs();
  } catch (...) {  // out of memory: restore the state before the call
    std::swap(impl.training, program);
    std::swap(impl.plan, planned);
    impl.bind_programs();
    throw;
  }
}

void Model::Impl::enqueue_backward(const Batch& batch) {
  if (!training) throw ConfigError("model: backward needs a plan. Call plan_training first.");
  const std::int64_t samples = check_inputs(batch.inputs);
  check_targets(batch, samples);
  last_run = training.get();
  training->set_batch(samples);
  training->set_micro_batch(batch.micro_batch);
  const Context now = context(true);
  training->forward(now, batch.inputs);
  training->backward(now, batch, loss_sum);
}

void Model::backward(const Batch& batch) {
  const Context context = impl_->context(true);
  const std::int64_t samples = batch.inputs.empty() ? 0 : batch.inputs[0].shape()[0];
  with_team(context, multiplications(*this, samples), [&] { impl_->enqueue_backward(batch); });
  finish(context);
}

double Model::loss() const {
  if (impl_->loss_sum.empty()) throw ConfigError("model: has no loss yet. Call plan_training and backward first.");
  double value = 0;
  copy(impl_->loss_sum, TensorView(&value, Shape{1}));
  return value;
}

std::span<const ConstTensorView> Model::outputs() const& {
  if (!impl_->last_run) throw ConfigError("model: has no outputs yet. Call forward or backward first.");
  return impl_->last_run->outputs();
}

TensorView Model::gradient_arena() & {
  if (impl_->gradients.empty()) throw ConfigError("model: has no gradients. Call plan_training first.");
  return impl_->gradients;
}

ConstTensorView Model::gradient(std::string_view parameter) const& {
  if (impl_->gradients.empty()) throw ConfigError("model: has no gradients. Call plan_training first.");
  return block_of(impl_->gradients, find_entry(parameters(), parameter, "parameter"));
}

ConstTensorView Model::input_gradient(std::size_t input) const& {
  if (input >= graph().inputs().size()) {
    throw ConfigError("model: input_gradient of input " + std::to_string(input) + " asked for, there are " +
                      std::to_string(graph().inputs().size()) + ".");
  }
  if (!impl_->training || impl_->last_run != impl_->training.get() || !impl_->plan->options.input_gradients) {
    throw ConfigError("model: has no input gradients. Call plan_training with input_gradients, then backward.");
  }
  return impl_->training->input_gradient(graph().inputs()[input]);
}

void Model::commit() {
  if (impl_->state_next.elements() > 0) copy(impl_->state_next, impl_->store->changing_state());
  ++impl_->state.step;
}

TrainingState& Model::training_state() & { return impl_->state; }
const TrainingState& Model::training_state() const& { return impl_->state; }

const DataInfo& Model::data_info() const& { return impl_->data_info; }

void Model::set_data_info(DataInfo info) {
  check_info("data info", info, graph());
  impl_->data_info = std::move(info);
}

ConstTensorView Model::activation(std::string_view node) const& {
  if (impl_->options.fuse || impl_->options.reuse_memory) {
    throw ConfigError("model: activations are not kept. Make the Model with fuse and reuse_memory false.");
  }
  const auto& entries = graph().entries();
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Graph::Entry& entry) { return entry.layer && entry.name == node; });
  if (found == entries.end()) throw ConfigError("model: has no layer named '" + std::string(node) + "'. Print the graph to see the names.");
  if (!impl_->last_run) throw ConfigError("model: has no activations yet. Call forward or backward first.");
  return impl_->last_run->value(static_cast<std::size_t>(found - entries.begin()));
}

}  // namespace weir
