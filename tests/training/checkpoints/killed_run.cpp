// killed_run FOLDER: trains the plain small run for a long time and saves a checkpoint after every step, until it is killed. Resumes what
// it finds in the folder. Prints the step that it went on from, once it has saved one more.
#include <filesystem>
#include <iostream>
#include <weir/training/checkpoint.hpp>

#include "tests/training/checkpoints/runs.hpp"

using namespace weir;
using namespace weir::test;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    const SmallRun run = plain_run();
    Model model = model_of(run);
    FitOptions options = options_of(run);
    options.epochs = 1'000'000;
    options.resume = argv[1];
    options.callbacks = {Checkpoint(argv[1], {.every_steps = 1})};
    int calls = 0;
    options.on_step = [&](const StepReport& report) {
      if (++calls == 2) std::cout << "resumed after " << report.total_steps - 2 << std::endl;
      return Control::go_on;
    };
    fit(model, run_data(), options);
  } catch (const std::exception& error) {
    std::cout << error.what() << std::endl;
    return 1;
  }
}
