#include <filesystem>
#include <iostream>
#include <memory>

#include <weir/weir.hpp>

#include "images.hpp"
#include "options.hpp"
#include "progress.hpp"
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

// Before the training and not after it.
void check_folder_of(const std::string& file) {
  if (file.empty()) return;
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (!std::filesystem::is_directory(folder)) {
    throw weir::FileError(file + ": cannot be written, " + folder.string() + " is no folder. Name a file in a folder that is there.");
  }
}

}  // namespace

void train(const TrainOptions& options) {
  check_folder_of(options.save);
  check_folder_of(options.json);
  if (options.threads) weir::set_num_threads(*options.threads);
  const weir::AnyOptimizer optimizer = make_optimizer(options.optimizer, options.lr);
  const Images images = find_images(options.data, options.dataset, options.require_mnist, options.quiet);
  const auto& [training, test] = images.data;
  const Defaults defaults = defaults_for(images.name);
  const std::int64_t batch = options.batch.value_or(defaults.batch);

  const weir::Graph net = make_network(training.input_shape()[0], options.hidden, options.activation);
  weir::Model model(
      net, {.device = options.device == "cpu" ? weir::Device::cpu() : weir::best_device(), .max_batch = batch, .seed = options.seed});
  if (!options.quiet) std::cout << model << '\n' << std::flush;

  Progress progress(options.quiet);
  Summary summary;
  const auto on_step = [&](const weir::StepReport& report) {
    progress.step(report);
    return weir::Control::go_on;
  };
  const auto on_epoch = [&](const weir::EpochReport& report) {
    progress.epoch(report);
    return weir::Control::go_on;
  };
  summary.history = weir::fit(model, training,
                              {.loss = weir::SoftmaxCrossEntropy(),
                               .optimizer = optimizer,
                               .epochs = options.epochs.value_or(defaults.epochs),
                               .batch = batch,
                               .validation = &test,
                               .on_step = on_step,
                               .on_epoch = on_epoch});
  summary.dataset = images.name;
  summary.train_samples = training.samples();
  summary.test_samples = test.samples();
  summary.parameters = count_parameters(model);
  summary.test = weir::evaluate(model, test, weir::SoftmaxCrossEntropy());
  summary.confusion = weir::confusion_matrix(model, test);
  for (const weir::EpochReport& epoch : summary.history.epochs) {
    summary.seconds += epoch.seconds;
    summary.samples_per_second += static_cast<double>(epoch.samples);
  }
  summary.samples_per_second /= summary.seconds;
  summary.threads = weir::num_threads();
  summary.device = weir::to_string(model.device());
  summary.seed = options.seed;

  if (!options.save.empty()) {
    weir::save(model, options.save, {{"dataset", images.name}, {"input.divisor", std::to_string(training.inputs()[0].divisor)}});
  }
  if (!options.json.empty()) write_json(summary, options.json);
  if (!options.quiet) print(summary);
}
