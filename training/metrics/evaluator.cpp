#include "training/metrics/evaluator.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/cpu/team.hpp"
#include "core/model/model_work.hpp"
#include "training/check_data.hpp"
#include "training/ranks.hpp"

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

Evaluator::Evaluator(Model& model, const Dataset& data, const Losses& losses, std::vector<Metric> metrics, const Communicator& communicator)
    : model_(&model),
      samples_(data.samples()),
      losses_(losses),
      loader_(data, model.device(), model.dtype(), model.max_batch()),
      parts_(static_cast<std::size_t>(loader_.batches()) * losses.terms().size()),
      counter_(model, data, losses),
      metrics_(std::move(metrics)),
      communicator_(communicator) {
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
    parts_[static_cast<std::size_t>(index) * runners_.size() + t] =
        divisors_[t].share(index) * runners_[t].sum(context, outputs[t], batch.targets[t]);
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
  const std::int64_t work = multiplications(*model_, model_->max_batch());
  const bool team = context.device.is_cpu();  // for a GPU the host code uses parallel_for itself where it pays
  const IndexRange own = deal(loader_.batches(), communicator_.size(), communicator_.rank());
  for (std::int64_t i = own.begin; i < own.end; ++i) {
    team ? with_team(context, work, [&] { add_batch(context, i); }) : add_batch(context, i);
  }
  Evaluation result;
  result.samples = samples_;
  AccuracyCounts accuracy = counter_.take(context);
  if (communicator_.size() > 1) share_numbers(accuracy);
  result.accuracy = accuracy.fraction();
  for (std::size_t t = 0; t < runners_.size(); ++t) {
    double sum = 0;
    for (std::int64_t i = 0; i < loader_.batches(); ++i) sum += parts_[static_cast<std::size_t>(i) * runners_.size() + t];
    result.loss += losses_.terms()[t].weight * divisors_[t].mean(sum);
  }
  if (!metrics_.empty()) compute_metrics(result);
  return result;
}

// Each rank sends what it has counted, and the parts of its batches.
void Evaluator::share_numbers(AccuracyCounts& accuracy) {
  constexpr std::size_t counts = 2;
  const int ranks = communicator_.size();
  const auto batches_of = [&](int rank) { return deal(loader_.batches(), ranks, rank); };
  const std::size_t terms = runners_.size(), each = counts + static_cast<std::size_t>(batches_of(0).count()) * terms;
  const auto parts_of = [&](int rank) {
    const IndexRange batches = batches_of(rank);
    return std::span(parts_).subspan(static_cast<std::size_t>(batches.begin) * terms, static_cast<std::size_t>(batches.count()) * terms);
  };
  own_numbers_.resize(each);
  all_numbers_.resize(each * static_cast<std::size_t>(ranks));
  own_numbers_[0] = static_cast<double>(accuracy.correct);
  own_numbers_[1] = static_cast<double>(accuracy.counted);
  std::ranges::copy(parts_of(communicator_.rank()), own_numbers_.begin() + counts);
  gather_values<double>(communicator_, own_numbers_, all_numbers_);
  accuracy = {};
  for (int r = 0; r < ranks; ++r) {
    const auto numbers = std::span(all_numbers_).subspan(static_cast<std::size_t>(r) * each, each);
    accuracy += {static_cast<std::int64_t>(numbers[0]), static_cast<std::int64_t>(numbers[1])};
    const std::span<double> parts = parts_of(r);
    std::ranges::copy(numbers.subspan(counts, parts.size()), parts.begin());
  }
}

// Rank 0 gets the outputs and targets of all batches.
void Evaluator::share_outputs() {
  std::vector<Outgoing> outgoing;
  std::vector<Incoming> incoming;
  for (int r = 1; r < communicator_.size(); ++r) {
    const IndexRange batches = deal(loader_.batches(), communicator_.size(), r);
    const std::int64_t begin = batches.begin * loader_.batch(), count = std::min(batches.end * loader_.batch(), samples_) - begin;
    if (batches.count() == 0) break;
    for (std::vector<Tensor>* all : {&outputs_, &targets_}) {
      for (Tensor& block : *all) {
        if (communicator_.is_first()) incoming.push_back({r, block.view().rows(begin, count)});
        if (communicator_.rank() == r) outgoing.push_back({0, block.view().rows(begin, count)});
      }
    }
  }
  communicator_.exchange({}, outgoing, incoming);
}

void Evaluator::compute_metrics(Evaluation& result) {
  share_outputs();
  for (const Metric& metric : metrics_) {
    double value = 0;
    if (communicator_.is_first())
      value = metric.of_one ? metric.of_one(outputs_[0], targets_[0]) : metric.of_all(views(outputs_), views(targets_));
    communicator_.broadcast({}, 0, TensorView(&value, Shape{1}));
    result.metrics.push_back({metric.name, value});
  }
}

Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses, const std::vector<Metric>& metrics,
                    const Communicator& communicator) {
  const cpu::StandardFloats standard;
  Ranks ranks("evaluate", communicator);
  std::optional<Dataset> own;
  std::optional<Evaluator> evaluator;
  ranks.together([&] {
    check_metrics("evaluate", model, metrics);
    own = checked_data("evaluate", model, losses, data);
    evaluator.emplace(model, *own, losses, metrics, communicator);
  });
  return ranks.guarded([&] { return evaluator->run(); });
}

}  // namespace weir
