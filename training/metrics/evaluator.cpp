#include "training/metrics/evaluator.hpp"

#include <algorithm>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/cpu/team.hpp"
#include "core/model/model_work.hpp"
#include "training/check_data.hpp"

namespace weir {

namespace {

std::vector<ConstTensorView> views(const std::vector<Tensor>& tensors) { return {tensors.begin(), tensors.end()}; }

}  // namespace

void check_metrics(const std::string& who, const Model& model, std::span<const Metric> metrics) {
  for (const Metric& metric : metrics) {
    const std::string& name = metric.name;
    const auto bad = [](char c) { return c < ' ' || c > '~' || c == ',' || c == '"' || c == '\\'; };
    if (name.empty() || std::ranges::any_of(name, bad)) {
      throw ConfigError(who + ": a metric has the name '" + name +
                        "', expected one or more characters of ASCII without commas, double quotes and backslashes.");
    }
    if (name == "loss" || name == "accuracy" || std::ranges::count(metrics, name, &Metric::name) > 1) {
      throw ConfigError(who + ": there is another quantity with the name of the metric " + name + ". Give it a name of its own.");
    }
    if (!metric.of_one && !metric.of_all) throw ConfigError(who + ": the metric " + name + " has no function. Give it one.");
    if (const std::size_t outputs = model.graph().outputs().size(); metric.of_one && outputs > 1) {
      throw ConfigError(who + ": the metric " + name + " is a function of one output, the graph has " + std::to_string(outputs) +
                        ". Give a function of all: (span of outputs, span of targets).");
    }
  }
}

Evaluator::Evaluator(Model& model, const Dataset& data, const Losses& losses, std::vector<Metric> metrics)
    : model_(&model),
      samples_(data.samples()),
      losses_(losses),
      loader_(data, model.device(), model.dtype(), model.max_batch()),
      sums_(losses.terms().size()),
      counter_(model, data, losses),
      metrics_(std::move(metrics)) {
  for (std::size_t i = 0; i < losses_.terms().size(); ++i) {
    const Shape& output = model.graph().output_shape(i);
    runners_.emplace_back(*losses_.terms()[i].loss, output, data.target_shape(i), std::min(model.max_batch(), samples_), model.dtype(),
                          model.device());
    divisors_.emplace_back(*losses_.terms()[i].loss, output, data.targets()[i].values, std::min(model.max_batch(), samples_));
  }
}

void Evaluator::add_batch(const Context& context, std::int64_t index) {
  const Batch batch = loader_.load(context, index);
  const std::span<const ConstTensorView> outputs = model_->forward(batch.inputs);
  for (std::size_t t = 0; t < runners_.size(); ++t)
    sums_[t] += divisors_[t].share(index) * runners_[t].sum(context, outputs[t], batch.targets[t]);
  counter_.add(context, outputs, batch);
  if (!metrics_.empty()) gather(context, outputs, batch, index * model_->max_batch());
}

void Evaluator::gather(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch, std::int64_t begin) {
  const auto into = [&](std::vector<Tensor>& all, std::span<const ConstTensorView> parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i == all.size()) all.emplace_back(parts[i].shape().without_front().with_front(samples_), parts[i].dtype());
      copy(context, parts[i], all[i].view().rows(begin, parts[i].shape()[0]));
    }
  };
  into(outputs_, outputs);
  into(targets_, batch.targets);
}

void Evaluator::warm_up() {
  const Context context = context_for(model_->device());
  add_batch(context, 0);
  counter_.take(context);
}

Evaluation Evaluator::run() {
  const Context context = context_for(model_->device());
  std::fill(sums_.begin(), sums_.end(), 0.0);
  const std::int64_t work = multiplications(*model_, model_->max_batch());
  const bool team = context.device.is_cpu();  // for a GPU the host code uses parallel_for itself where it pays
  for (std::int64_t i = 0; i < loader_.batches(); ++i) {
    team ? with_team(context, work, [&] { add_batch(context, i); }) : add_batch(context, i);
  }
  Evaluation result;
  result.samples = samples_;
  result.accuracy = counter_.take(context).fraction();
  for (std::size_t t = 0; t < sums_.size(); ++t) result.loss += losses_.terms()[t].weight * divisors_[t].mean(sums_[t]);
  for (const Metric& metric : metrics_) {
    result.metrics.push_back(
        {metric.name, metric.of_one ? metric.of_one(outputs_[0], targets_[0]) : metric.of_all(views(outputs_), views(targets_))});
  }
  return result;
}

Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses, const std::vector<Metric>& metrics) {
  const cpu::StandardFloats standard;
  check_metrics("evaluate", model, metrics);
  const Dataset own = checked_data("evaluate", model, losses, data);
  return Evaluator(model, own, losses, metrics).run();
}

}  // namespace weir
