// Trains a multilayer perceptron on MNIST, or recognises a digit with a trained one.
// Run: ./weir train [options], ./weir predict --model FILE [options]; --help lists them all with their defaults.
// Takes about 10 s on two cores. Last line to expect of `./weir train`: "trained in 6.3 s: 48,000 samples/s, 2 threads (processors),
// <processor>".

#include <weir/core/threads.hpp>

#include "examples/support/program.hpp"
#include "options.hpp"
#include "ranks.hpp"

namespace {

// A word as a shell reads it.
std::string quoted(const std::string& word) {
  const std::string plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains a multilayer perceptron on the images of handwritten digits of MNIST.", "mnist");
  app.get_formatter()->column_width(28);
  TrainOptions t;
  for (int i = 1; i < argc; ++i) t.command += " " + quoted(argv[i]);
  app.add_option("--data", t.data,
                 "Folder with the four IDX files, gzipped or not (default: $WEIR_DATA_DIR/mnist, data/mnist, the cache, a download)");
  app.add_option("--dataset", t.dataset, "mnist, fashion or digits (default: mnist, and the bundled digits when it cannot be had)")
      ->check(CLI::IsMember({"mnist", "fashion", "digits"}));
  app.add_flag("--require-mnist", t.require_mnist, "Fail when MNIST cannot be had");
  app.add_option("--hidden", t.hidden, "Widths of the hidden layers: 512,512")
      ->delimiter(',')
      ->check(program::whole_number<std::int64_t>(1, program::most))
      ->capture_default_str();
  app.add_option("--activation", t.activation, "Activation of the hidden layers: relu, gelu, tanh or any other of weir's")
      ->capture_default_str();
  app.add_option("--epochs", t.epochs, "Passes over the training data (default: 5; fashion 10, digits 100)")
      ->check(program::whole_number<std::int64_t>(1, program::most));
  app.add_option("--batch", t.batch, "Samples a step (default: 64; digits 32)")
      ->check(program::whole_number<std::int64_t>(1, program::most));
  app.add_option("--optimizer", t.optimizer, "sgd, momentum (0.9, Nesterov) or adam")
      ->check(CLI::IsMember({"sgd", "momentum", "adam"}))
      ->capture_default_str();
  app.add_option("--lr", t.lr, "Learning rate (default: adam 0.001, momentum 0.02, sgd 0.1)")->check(program::number_from_zero());
  app.add_option("--seed", t.seed, "Of the initial weights and the order of the samples")
      ->check(program::whole_number<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max()))
      ->capture_default_str();
  app.add_option("--threads", t.threads, "CPU threads; the result does not depend on it (default: as many as processors that it may use)")
      ->check(program::whole_number(1, weir::max_threads));
  app.add_option("--device", t.device, "auto, cpu or cuda")->check(CLI::IsMember({"auto", "cpu", "cuda"}))->capture_default_str();
  app.add_option("--precision", t.precision, "Of products on a CUDA device: f32, tf32 or bf16")
      ->check(CLI::IsMember({"f32", "tf32", "bf16"}))
      ->capture_default_str();
  app.add_flag("--compare", t.compare, "Take one step on the CPU and on a CUDA device instead, and compare layer by layer");
  app.add_option("--save", t.save, "Write the trained model to this file (safetensors)")->check(program::not_empty());
  app.add_option("--checkpoint", t.checkpoint,
                 "Save into this folder what the run needs to go on, after each epoch and on Ctrl-C; the same command typed again goes on")
      ->check(program::not_empty());
  app.add_option("--json", t.json, "Write the figures to this file")->check(program::not_empty());
  app.add_option("--csv", t.csv, "Write a row for each epoch to this file")->check(program::not_empty());
  app.add_option("--tensorboard", t.tensorboard, "Write what is measured each epoch into this folder, for TensorBoard")
      ->check(program::not_empty());
  app.add_option("--ranks", t.ranks,
                 "Train on so many processes by MPI, 1 to 8: a batch is cut into 8, so that their number changes nothing")
      ->check(program::whole_number<std::int64_t>(1, micro_batches));
  app.add_option("--hosts", t.hosts, "Where they run, with how many on each: a:2,b:2 (default: this machine)")->check(program::not_empty());
  app.add_option("--restarts", t.restarts, "Go on so often from the last checkpoint when a rank fails")
      ->check(program::whole_number<std::int64_t>(0, program::most))
      ->capture_default_str();
  app.add_flag("--profile", t.profile, "After the training, print where a step's time goes");
  app.add_flag("--quiet", t.quiet, "Print errors only");

  PredictOptions p;
  CLI::App* reader = app.add_subcommand("predict", "Draw a digit and what a trained model makes of it");
  reader->add_option("--model", p.model, "A file that was written with --save")->required();
  reader->add_option("--data", p.data, "Folder with the IDX files (default: as for training)");
  CLI::Option* index = reader->add_option("--index", p.index, "Which test image, from 0 (default: 0)")
                           ->check(program::whole_number<std::int64_t>(0, program::most));
  reader->add_option("--image", p.image, "A PGM file of the training images' size, white on black")->excludes(index);

  return program::run(app, argc, argv, [&] {
    if (!*reader && t.in_ranks() && starts_ranks()) return start_ranks(t, {argv + 1, argv + argc});
    if (!*reader) return train(t);
    predict(p);
    return 0;
  });
}
