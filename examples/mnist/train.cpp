#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

#include <weir/weir.hpp>

#include "images.hpp"
#include "interrupt.hpp"
#include "options.hpp"
#include "ranks.hpp"
#include "summary.hpp"

namespace {

struct Defaults {
  std::int64_t epochs, batch;
};

Defaults defaults_for(const std::string& dataset) {
  if (dataset == "digits") return {100, 32};
  if (dataset == "fashion") return {10, 64};
  return {5, 64};
}

weir::AnyOptimizer make_optimizer(const std::string& name, const std::optional<double>& lr) {
  if (name == "sgd") return weir::SGD({.lr = lr.value_or(0.1)});
  if (name == "momentum") return weir::SGD({.lr = lr.value_or(0.02), .momentum = 0.9, .nesterov = true});
  return weir::Adam({.lr = lr.value_or(0.001)});
}

weir::Graph make_network(std::int64_t features, const std::vector<std::int64_t>& hidden, const std::string& activation) {
  weir::Graph net;
  weir::Node node = net.input({features});
  for (const std::int64_t width : hidden) {
    node = net.add(weir::Dense(width), {node});
    node = net.add(weir::Activation(weir::activation_by_name(activation)), {node});
  }
  net.output(net.add(weir::Dense(10), {node}));
  return net;
}

std::int64_t count_parameters(const weir::Model& model) {
  std::int64_t count = 0;
  for (const weir::ArenaEntry& entry : model.parameters()) count += entry.shape.elements();
  return count;
}

weir::Device device_for(const std::string& name, bool in_ranks) {
  if (name == "cpu" || (name == "auto" && in_ranks)) return weir::Device::cpu();
  return name == "cuda" ? weir::Device::cuda() : weir::best_device();
}

weir::Precision precision_for(const std::string& name) {
  for (const weir::Precision precision : {weir::Precision::tf32, weir::Precision::bf16}) {
    if (name == weir::to_string(precision)) return precision;
  }
  return weir::Precision::f32;
}

// Runs one training step on the CPU and the device and compares layer by layer; throws if they disagree.
void compare(const weir::Graph& net, const weir::Dataset& data, const weir::AnyOptimizer& optimizer, std::int64_t batch,
             const TrainOptions& options) {
  weir::CompareOptions how;
  how.loss = weir::SoftmaxCrossEntropy();
  how.optimizer = optimizer;
  how.batch = batch;
  how.precision = precision_for(options.precision);
  how.seed = options.seed;
  const weir::DeviceComparison found = weir::compare_devices(net, data, how);
  std::cout << weir::cuda_status() << "\n\n" << found;
  if (!found.passed()) throw weir::NumericError(found.problem);
}

// On a terminal, unless NO_COLOR or CI is set.
bool draws_bars() {
  const auto is_set = [](const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
  };
  return isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && !is_set("CI");
}

// What one option writes another must not replace.
void check_names(const TrainOptions& options) {
  const std::pair<const char*, const std::string*> names[] = {{"--save", &options.save},
                                                              {"--checkpoint", &options.checkpoint},
                                                              {"--json", &options.json},
                                                              {"--csv", &options.csv},
                                                              {"--tensorboard", &options.tensorboard}};
  for (const auto* b = std::begin(names); b != std::end(names); ++b) {
    for (const auto* a = std::begin(names); a != b; ++a) {
      if (b->second->empty() || *a->second != *b->second) continue;
      throw weir::ConfigError(std::string(a->first) + " and " + b->first + " both name " + *b->second + ". Name another for one of them.");
    }
  }
}

// After Ctrl-C: what was saved, and how to go on.
int leave(const weir::Model& model, const TrainOptions& options, const std::string& dataset) {
  const std::uint64_t step = model.training_state().step;
  const std::string steps = std::to_string(step) + " steps";
  if (!options.checkpoint.empty()) {
    char name[48];
    std::snprintf(name, sizeof name, "step-%09llu.safetensors", static_cast<unsigned long long>(step));
    const bool saved = std::filesystem::exists(std::filesystem::path(options.checkpoint) / name);
    std::cout << "\nstopped after " << steps << (saved ? ", saved in " : "; they could not be saved in ") << options.checkpoint
              << (saved ? ". To go on, type:" : ". To go on from what is there, type:") << "\n\n  ./weir train" << options.command
              << "\n\n";
  } else if (!options.save.empty()) {
    weir::save(model, options.save, {{"dataset", dataset}});
    std::cout << "\nstopped after " << steps << "; the model as it is then was saved in " << options.save << ".\n";
  } else {
    std::cout << "\nstopped after " << steps << ". Nothing was saved: --checkpoint DIR makes a run that can go on.\n";
  }
  return starts_ranks() ? interrupted() : 0;  // what started the ranks knows of the signal
}

// Images for every rank. The first one may have to download them.
Images images_for(const weir::Communicator& ranks, const TrainOptions& options) {
  if (!ranks.is_first()) ranks.barrier();
  Images images = find_images(options.data, options.dataset, options.require_mnist, options.quiet);
  if (ranks.is_first()) ranks.barrier();
  return images;
}

int train_on(const weir::Communicator& ranks, const TrainOptions& options) {
  check_names(options);
  for (const std::string& file : {options.save, options.json}) {
    if (!file.empty()) weir::check_writable(file);  // else found after the training, which would be lost
  }
  if (options.threads) weir::set_num_threads(*options.threads);
  const weir::AnyOptimizer optimizer = make_optimizer(options.optimizer, options.lr);
  const Images images = images_for(ranks, options);
  const auto& [training, test] = images.data;
  const Defaults defaults = defaults_for(images.name);
  const std::int64_t batch = options.batch.value_or(defaults.batch), pieces = options.in_ranks() ? micro_batches : 1;
  if (batch % pieces != 0) {
    throw weir::ConfigError("--batch: got " + std::to_string(batch) + ", expected a multiple of " + std::to_string(pieces) +
                            " with --ranks, into so many pieces it is cut.");
  }

  const weir::Graph net = make_network(training.input_shape()[0], options.hidden, options.activation);
  if (options.compare) {
    compare(net, training, optimizer, batch, options);
    return 0;
  }
  weir::Model model(net, {.device = device_for(options.device, options.in_ranks()),
                          .max_batch = batch,
                          .seed = options.seed,
                          .precision = precision_for(options.precision)});
  if (!options.quiet) std::cout << model << '\n' << std::flush;

  std::vector<weir::AnyCallback> callbacks;
  if (!options.quiet) {
    const std::int64_t every = model.device().is_cuda() ? 50 : 1;
    callbacks.push_back(weir::ProgressBar(std::cout, {.bar = draws_bars(), .every = every, .validation = "test"}));
  }
  if (!options.csv.empty()) callbacks.push_back(weir::CsvLog(options.csv));
  if (!options.tensorboard.empty()) callbacks.push_back(weir::TensorBoardLog(options.tensorboard));
  if (!options.checkpoint.empty()) {
    const auto tell = [](const std::string& message) { std::cerr << "mnist: " << message << std::endl; };
    callbacks.push_back(weir::Checkpoint(options.checkpoint, {.on_problem = tell}));
  }
  Summary summary;
  summary.history = weir::fit(model, training,
                              {.loss = weir::SoftmaxCrossEntropy(),
                               .optimizer = optimizer,
                               .epochs = options.epochs.value_or(defaults.epochs),
                               .batch = batch / pieces,
                               .accumulate = pieces,
                               .communicator = ranks,
                               .validation = &test,
                               .callbacks = callbacks,
                               .resume = options.checkpoint,
                               .stop = &stop_on_signals()});
  if (ranks.size() > 1 ? summary.history.stopped : interrupted() != 0) return ranks.is_first() ? leave(model, options, images.name) : 0;
  summary.dataset = images.name;
  summary.train_samples = training.samples();
  summary.test_samples = test.samples();
  summary.parameters = count_parameters(model);
  summary.test = weir::evaluate(model, test, weir::SoftmaxCrossEntropy(), {}, ranks);
  if (!ranks.is_first()) return 0;
  summary.confusion = weir::confusion_matrix(model, test);
  for (const weir::EpochReport& epoch : summary.history.epochs) {
    summary.seconds += epoch.seconds;
    summary.samples_per_second += static_cast<double>(epoch.samples);
  }
  summary.samples_per_second /= summary.seconds;
  summary.threads = weir::num_threads();
  summary.threads_reason = options.threads ? "--threads" : weir::num_threads_reason();
  summary.device = weir::to_string(model.device());
  summary.seed = options.seed;

  if (!options.save.empty()) {
    weir::save(model, options.save, {{"dataset", images.name}});
  }
  if (!options.json.empty()) write_json(summary, options.json);
  if (options.profile) {
    std::cout << weir::profile(model, {.loss = weir::SoftmaxCrossEntropy(), .data = &training, .optimizer = optimizer, .batch = batch})
              << '\n';
  }
  if (!options.quiet) print(summary);
  return 0;
}

}  // namespace

int train(TrainOptions options) {
  const weir::Communicator ranks = the_ranks(options);
  if (!ranks.is_first()) {  // which write nothing
    options.quiet = true;
    options.save = options.json = "";
  }
  try {
    return train_on(ranks, options);
  } catch (const std::exception& error) {
    ranks.abort(error.what());
    throw;
  }
}
