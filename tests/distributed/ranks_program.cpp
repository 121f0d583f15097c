// What tests start by mpirun: ranks_program WHAT [ARGUMENTS]. Prints what it throws and then returns 1.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/distributed/mpi.hpp>
#include <weir/training/checkpoint.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/support/trap_layer.hpp"
#include "tests/training/ranked_runs.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Trains all runs in both dtypes; every rank writes what it has to FILE.RANK.
void train(const Communicator& world, const std::string& file) {
  std::string text;
  for (const RankedRun& run : ranked_runs()) {
    for (const DType dtype : {DType::f32, DType::f64}) text += run.name + "\n" + train_on(world, run, dtype);
  }
  write_bytes(file + "." + std::to_string(world.rank()), text);
}

// A long training in which one rank does what `how` says in its 4th step.
void train_until(const Communicator& world, int rank, const std::string& how) {
  const auto spring = [&](std::uint64_t step, const TensorView& y) {
    if (step != 3 || world.rank() != rank) return;
    if (how == "throw") throw std::runtime_error("the disk is on fire");
    if (how == "kill") std::raise(SIGKILL);
    if (how == "nan") y.values<double>()[0] = std::nan("");
    if (how == "sleep") std::this_thread::sleep_for(std::chrono::seconds(60));
  };
  Model model(sequential({3}, Dense(4), Trap(spring), Dense(1)), {.dtype = DType::f64});
  FitOptions options{.loss = MeanSquaredError(), .optimizer = SGD({.lr = 0.001}), .epochs = 1000000, .batch = 2, .accumulate = 8};
  options.communicator = world;
  fit(model, curve(64), options);
}

// The first run with a checkpoint a step; in the step of that number the last rank dies, unless it has done so before.
void resume(const Communicator& world, const std::string& folder, std::uint64_t dies) {
  const std::string marker = folder + ".died";
  RankedRun run = clipped_run();
  run.options.epochs = 3;
  run.options.batch = 4;
  run.options.accumulate = 8;
  Graph graph = sequential({3}, Dense(8), Trap([&](std::uint64_t step, const TensorView&) {
                             if (step != dies || world.rank() != world.size() - 1 || std::filesystem::exists(marker)) return;
                             write_bytes(marker, "");
                             std::raise(SIGKILL);
                           }),
                           Dense(1));
  run.graph = graph;
  const std::string result = train_on(world, run, DType::f32, [&](FitOptions& options) {
    options.callbacks = {Checkpoint(folder, {.every_steps = 1})};
    options.resume = folder;
  });
  if (world.is_first()) write_bytes(folder + ".result", result);
}

void run(const std::vector<std::string>& words) {
  const std::string& what = words.at(0);
  if (what == "size") {
    mpi_world({.ranks = 4});
    return;
  }
  const Communicator world = mpi_world({.timeout = what == "timeout" ? 2.0 : 600.0});
  if (what == "train") return train(world, words.at(1));
  if (what == "timeout") return train_until(world, 1, "sleep");
  if (what == "until") return train_until(world, std::stoi(words.at(1)), words.at(2));
  if (what == "leave") {
    if (world.rank() == 1) throw std::runtime_error("no data");
    return train_until(world, -1, "");
  }
  if (what == "resume") return resume(world, words.at(1), std::stoull(words.at(2)));
  throw std::runtime_error("no such test: " + what);
}

}  // namespace

int main(int argc, char** argv) try { run({argv + 1, argv + argc}); } catch (const std::exception& error) {
  std::cerr << "error: " + std::string(error.what()) + "\n";  // in one write: ranks share the stream
  return 1;
}
