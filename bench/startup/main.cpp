// Times the README's program from the start of its process to its first training step, with the data as raw IDX files in the page cache;
// and reading 60,000 images alone. Prints medians. Run: ./weir bench startup [--data FOLDER] [--samples 9]. Takes about five seconds. The
// last line to expect: "first step after 0.12 s (60 ms of it reading the images, 0.8 GB/s)".

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "bench/support/synthetic.hpp"
#include "examples/support/program.hpp"

extern char** environ;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The child process: runs the README's program up to its first step, then prints the steady clock, which is common to all processes.
void first_step(const std::string& folder) {
  const auto [train, test] = weir::load_mnist(folder);
  weir::Model model(weir::sequential({784}, weir::Dense(128), weir::ReLU(), weir::Dense(10)), {.max_batch = 128, .seed = 1});
  weir::fit(
      model, train,
      {.loss = weir::SoftmaxCrossEntropy(), .optimizer = weir::Adam({.lr = 1e-3}), .batch = 64, .on_step = [](const weir::StepReport&) {
         std::printf("%.9f\n", now());
         return weir::Control::stop;
       }});
}

void write_idx(const std::filesystem::path& file, const std::vector<std::int64_t>& extents, const std::string& content) {
  std::string header{'\0', '\0', '\x08', static_cast<char>(extents.size())};
  for (const std::int64_t extent : extents) {
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(extent >> shift & 255);
  }
  weir::write_file(file, header + content);
}

// Four files of MNIST's size.
void write_data(const std::filesystem::path& folder) {
  for (const auto& [name, samples] : {std::pair("train", std::int64_t{60'000}), std::pair("t10k", std::int64_t{10'000})}) {
    const weir::Dataset data = bench::synthetic_mnist(samples);
    const auto pixels = data.inputs()[0].values.values<std::uint8_t>();
    std::string labels;
    for (const std::int32_t label : data.targets()[0].values.values<std::int32_t>()) labels += static_cast<char>(label);
    write_idx(folder / (std::string(name) + "-images-idx3-ubyte"), {samples, 28, 28}, std::string(pixels.begin(), pixels.end()));
    write_idx(folder / (std::string(name) + "-labels-idx1-ubyte"), {samples}, labels);
  }
}

// Seconds from starting the child process to its first step.
double time_child(const std::string& program, const std::string& folder) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe.");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::string arguments[] = {program, "--child", folder};
  char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  pid_t child = 0;
  const double begin = now();
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  char text[64] = "";
  const ssize_t got = failed == 0 ? read(ends[0], text, sizeof text - 1) : 0;
  close(ends[0]);
  int status = 1;
  if (failed == 0) waitpid(child, &status, 0);
  if (got <= 0 || status != 0) throw std::runtime_error("the first step was not reached.");
  return std::strtod(text, nullptr) - begin;
}

double time_images(const std::filesystem::path& folder) {
  const double begin = now();
  const weir::Tensor images = weir::read_idx(folder / "train-images-idx3-ubyte");
  return now() - begin;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "weir-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error(path + ": cannot be made.");
    path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void run(const std::string& program, std::string folder, int samples) {
  const TemporaryFolder scratch;
  if (folder.empty()) {
    folder = scratch.path().string();
    write_data(folder);
  }
  time_images(folder);
  std::vector<double> steps, images;
  for (int i = 0; i < samples; ++i) {
    steps.push_back(time_child(program, folder));
    images.push_back(time_images(folder));
  }
  std::printf("first step after %.2f s (%.0f ms of it reading the images, %.1f GB/s)\n", median(steps), 1e3 * median(images),
              60'000 * 784 / median(images) / 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times the way to the first training step.", "bench_startup");
  std::string folder, child;
  int samples = 9;
  app.add_option("--data", folder, "A folder with MNIST's raw files (default: synthetic ones)");
  app.add_option("--samples", samples, "Processes to start; the median counts")
      ->check(program::whole_number(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--child", child)->group("");
  return program::run(app, argc, argv, [&] {
    if (child.empty()) {
      run(argv[0], folder, samples);
    } else {
      first_step(child);
    }
  });
}
