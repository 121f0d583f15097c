#include "training/diagnostics/gradcheck_probe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <weir/core/array.hpp>

#include "core/keys.hpp"
#include "training/diagnostics/gradcheck_layers.hpp"

namespace weir {
namespace {

// The n-th uniform number in [low, high) of a random stream.
double uniform(RandomKey key, std::uint64_t n, double low, double high) {
  const auto bits = random_bits(key, n);
  return low + (high - low) * uniform01(bits[0], bits[1]);
}

Tensor compute_block(const Shape& shape, RandomKey key, double low, double high) {
  Tensor block(shape, DType::f64);
  std::uint64_t n = 0;
  for (double& value : block.values<double>()) value = uniform(key, n++, low, high);
  return block;
}

template <class T>
Tensor index_block(const Shape& shape, RandomKey key, std::int64_t bound) {
  Tensor block(shape, dtype_of<T>());
  std::uint64_t n = 0;
  for (T& value : block.values<T>()) value = static_cast<T>(random_below(key, n++, static_cast<std::uint64_t>(bound)));
  return block;
}

// Sets about one entry in eight, and at least one, to 0.
void put_zeros(Tensor& block, RandomKey key) {
  const auto values = block.values<double>();
  if (values.empty()) return;
  values[random_below(key, 0, values.size())] = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (random_below(key, i + 1, 8) == 0) values[i] = 0;
  }
}

// Positive numbers with sum 1 over the last axis: valid targets for losses that expect probabilities and for losses that take any number.
Tensor probability_block(const Shape& shape, RandomKey key) {
  Tensor block = compute_block(shape, key, 0.1, 1);
  const std::size_t width = shape.rank() == 1 ? 1 : static_cast<std::size_t>(shape.last());
  const auto values = block.values<double>();
  for (std::size_t row = 0; width > 1 && row < values.size(); row += width) {
    const auto part = values.subspan(row, width);
    double sum = 0;
    for (const double value : part) sum += value;
    for (double& value : part) value /= sum;
  }
  return block;
}

ModelOptions model_options(const GradcheckOptions& options, bool fuse) {
  // max_batch is larger than the batch that is checked, so that code which confuses the two is found.
  return {.device = options.device,
          .dtype = DType::f64,
          .max_batch = options.batch + 2,
          .seed = options.seed,
          .fuse = fuse,
          .reuse_memory = fuse};
}

std::vector<ConstTensorView> rows_of(const std::vector<Tensor>& blocks, std::int64_t batch) {
  std::vector<ConstTensorView> views;
  for (const Tensor& block : blocks) views.push_back(block.view().rows(0, batch));
  return views;
}

Losses projections(std::size_t count) { return Losses(std::vector<LossTerm>(count, LossTerm(ProjectionLoss()))); }

}  // namespace

GradcheckProbe::GradcheckProbe(const Graph& graph, const GradcheckOptions& options, bool fuse)
    : options_(options), projects_(options.loss.terms().empty()), model_(graph, model_options(options, fuse)) {
  const Losses losses = projects_ ? projections(graph.outputs().size()) : options.loss;
  std::vector<Shape> targets = options.targets;
  if (targets.empty()) {
    for (const std::size_t output : graph.outputs()) targets.push_back(graph.entries()[output].plan.output);
  }
  model_.plan_training(losses, targets, {.input_gradients = true});
  initial_ = clone(model_.parameter_arena()).to(Device::cpu());

  const std::int64_t rows = model_.max_batch();
  const auto& entries = graph.entries();
  for (const std::size_t input : graph.inputs()) {
    const Storage storage = entries[input].storage;
    const DType dtype = dtype_for(storage, DType::f64);
    inputs_.emplace_back(entries[input].plan.output.with_front(rows), dtype, options.device);
  }
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const Shape shapes[] = {graph.output_shape(t), targets[t]};
    const LayerPlan plan = losses.terms()[t].loss->infer(shapes);
    const bool labels = plan.inputs.size() > 1 && plan.inputs[1] != Storage::compute;
    targets_.emplace_back(targets[t].with_front(rows), labels ? DType::i32 : DType::f64, options.device);
    if (options.sample_weights) weights_.emplace_back(Shape{rows}, DType::f64, options.device);
  }

  for (std::size_t i = 0; i < model_.parameters().size(); ++i) {
    const TensorView view = model_.parameter(model_.parameters()[i].name);
    blocks_.push_back({model_.parameters()[i].name, view.reshaped({view.elements()}), false, i});
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].dtype() != DType::f64) continue;
    const TensorView view = inputs_[i].view().rows(0, options.batch);
    blocks_.push_back({entries[graph.inputs()[i]].name, view.reshaped({view.elements()}), true, i});
  }
}

void GradcheckProbe::draw(std::uint64_t number) {
  const RandomKey key = key_for(options_.seed, KeyPurpose::gradcheck).with(number);
  draw_parameters(key.with(0));
  draw_data(key.with(1));  // another batch first, to leave stale values in the buffers
  fill(model_.gradient_arena(), std::numeric_limits<double>::quiet_NaN());
  run(model_.max_batch());
  draw_data(key.with(2));
}

// Initial values plus noise: with a bias of zeros, for example, some wrong gradients would not show.
void GradcheckProbe::draw_parameters(RandomKey key) {
  Tensor values = compute_block(initial_.shape(), key, -0.1, 0.1);
  const auto initial = initial_.values<double>();
  const auto sum = values.values<double>();
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += initial[i];
  if (!sum.empty()) copy(values, model_.parameter_arena());
}

void GradcheckProbe::draw_data(RandomKey key) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const RandomKey stream = key.with(i);
    const Shape& shape = inputs_[i].shape();
    if (inputs_[i].dtype() == DType::u8) {
      copy(index_block<std::uint8_t>(shape, stream, std::min<std::int64_t>(options_.indices, 256)), inputs_[i]);
    } else if (inputs_[i].dtype() == DType::i32) {
      copy(index_block<std::int32_t>(shape, stream, options_.indices), inputs_[i]);
    } else {
      Tensor values = compute_block(shape, stream, options_.low, options_.high);
      if (options_.zeros.value_or(false)) put_zeros(values, stream.with(1));
      copy(values, inputs_[i]);
    }
  }
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const RandomKey stream = key.with(inputs_.size() + t);
    const Shape& shape = targets_[t].shape();
    if (targets_[t].dtype() == DType::i32) {
      const Shape& output = model_.graph().output_shape(t);
      copy(index_block<std::int32_t>(shape, stream, output.rank() == 0 ? options_.indices : output.last()), targets_[t]);
    } else {
      copy(projects_ ? compute_block(shape, stream, -1, 1) : probability_block(shape, stream), targets_[t]);
    }
    if (options_.sample_weights) copy(compute_block(weights_[t].shape(), stream.with(2), 0.5, 1.5), weights_[t]);
  }
}

void GradcheckProbe::run(std::int64_t batch) {
  const auto inputs = rows_of(inputs_, batch);
  const auto targets = rows_of(targets_, batch);
  const auto weights = rows_of(weights_, batch);
  model_.backward({.inputs = inputs, .targets = targets, .sample_weights = weights});
}

std::vector<std::vector<double>> GradcheckProbe::analytic() {
  fill(model_.gradient_arena(), std::numeric_limits<double>::quiet_NaN());
  run(options_.batch);
  std::vector<std::vector<double>> gradients;
  for (const Block& block : blocks_) {
    const Tensor host = clone(block.is_input ? model_.input_gradient(block.index) : model_.gradient(block.name)).to(Device::cpu());
    const auto values = host.values<double>();
    gradients.emplace_back(values.begin(), values.end());
  }
  return gradients;
}

double GradcheckProbe::loss() {
  run(options_.batch);
  return model_.loss();
}

double GradcheckProbe::loss(const Block& block, std::int64_t entry, double offset) {
  const TensorView place = block.values.rows(entry, 1);
  double old = 0;
  copy(place, TensorView(&old, Shape{1}));
  const double moved = old + offset;
  copy(ConstTensorView(&moved, Shape{1}), place);
  const double value = loss();
  copy(ConstTensorView(&old, Shape{1}), place);
  return value;
}

double GradcheckProbe::loss_scale() const {
  double scale = std::abs(model_.loss());
  if (!projects_) return scale;
  double sum = 0;  // the terms have both signs: their sum says nothing of their size
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const Tensor target = targets_[t].to(Device::cpu());
    const Tensor output = clone(model_.outputs()[t]).to(Device::cpu());
    const auto r = target.values<double>();
    const auto y = output.values<double>();
    for (std::size_t i = 0; i < y.size(); ++i) sum += std::abs(r[i] * y[i]);
  }
  return std::max(scale, sum / static_cast<double>(options_.batch));
}

}  // namespace weir
