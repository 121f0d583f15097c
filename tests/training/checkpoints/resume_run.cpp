// resume_run FOLDER: resumes every checkpoint "<run>-<number>.safetensors" of the small runs that lies in the folder, on two threads, and
// writes what the finished run leaves behind beside it, as "<run>-<number>.txt".
#include <filesystem>
#include <iostream>
#include <string>
#include <weir/core/threads.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/training/checkpoints/runs.hpp"

using namespace weir;
using namespace weir::test;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  set_num_threads(2);
  try {
    for (const SmallRun& run : small_runs()) {
      for (int number = 0;; ++number) {
        const std::filesystem::path path = folder / (run.name + "-" + std::to_string(number) + ".safetensors");
        if (!std::filesystem::exists(path)) break;
        Model model = model_of(run);
        FitOptions options = options_of(run);
        options.resume = path;
        const History history = fit(model, run_data(), options);
        write_bytes(std::filesystem::path(path).replace_extension(".txt"), outcome(model, history));
      }
    }
  } catch (const std::exception& error) {
    std::cout << error.what() << std::endl;
    return 1;
  }
}
