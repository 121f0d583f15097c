// How long a checkpoint takes: one of ten million parameters with Adam beside `dd` with fsync for the same bytes, and what one each epoch
// adds to a run of W2. Samples are taken in turn and compared with their neighbour alone, since a disk's speed changes within seconds.
// Run: ./weir bench checkpoint [--folder DIR] [--rounds 9]. Takes about a minute.
// The last line to expect: "W2 with a checkpoint each epoch: 0.8 % longer (quartiles 0.3 to 1.4 %, 9 rounds)".

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "bench/cpu/timing.hpp"
#include "bench/support/synthetic.hpp"
#include "examples/support/program.hpp"

extern char** environ;

namespace {

using weir::Dense, weir::ReLU;

struct Quartiles {
  double low, median, high;
};

Quartiles quartiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) { return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5)]; };
  return {at(0.25), at(0.5), at(0.75)};
}

void run_dd(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::string words[] = {"dd", "if=" + from.string(), "of=" + to.string(), "bs=1M", "conv=fsync", "status=none"};
  char* argv[std::size(words) + 1] = {};
  for (std::size_t i = 0; i < std::size(words); ++i) argv[i] = words[i].data();
  pid_t child = 0;
  int status = 1;
  if (posix_spawnp(&child, "dd", nullptr, nullptr, argv, environ) != 0 || waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error("dd cannot be run.");
  }
}

template <class F>
double seconds(F&& f) {
  const bench::Stopwatch watch;
  f();
  return watch.seconds();
}

void beside_dd(const std::filesystem::path& folder, const weir::Dataset& data, int rounds) {
  constexpr std::int64_t batch = 64;
  weir::Model model(weir::sequential({784}, Dense(2048), ReLU(), Dense(2048), ReLU(), Dense(2048), ReLU(), Dense(10)),
                    {.max_batch = batch});
  weir::fit(model, data.slice(0, batch), {.loss = weir::SoftmaxCrossEntropy(), .optimizer = weir::Adam(), .batch = batch});
  const std::filesystem::path ours = folder / "weir.safetensors", theirs = folder / "dd";
  weir::save_checkpoint(model, ours);  // dd reads it from memory, and weir replaces it
  run_dd(ours, theirs);
  std::vector<double> weirs, dds, ratios;
  for (int i = 0; i < rounds; ++i) {
    dds.push_back(seconds([&] { run_dd(ours, theirs); }));
    weirs.push_back(seconds([&] { weir::save_checkpoint(model, ours); }));
    ratios.push_back(weirs.back() / dds.back());
  }
  const Quartiles ratio = quartiles(ratios);
  std::printf(
      "a checkpoint of %.1f million parameters with Adam, %.0f MB: %.0f ms; dd with fsync %.0f ms; %.2f times (quartiles %.2f to "
      "%.2f, %d rounds)\n",
      static_cast<double>(model.parameter_arena().elements()) / 1e6, static_cast<double>(std::filesystem::file_size(ours)) / 1e6,
      1e3 * quartiles(weirs).median, 1e3 * quartiles(dds).median, ratio.median, ratio.low, ratio.high, rounds);
}

void each_epoch(const std::filesystem::path& folder, const weir::Dataset& data, int rounds) {
  constexpr std::int64_t batch = 128;
  weir::Model model(weir::sequential({784}, Dense(512), ReLU(), Dense(512), ReLU(), Dense(10)), {.max_batch = batch, .seed = 1});
  weir::FitOptions without{.loss = weir::SoftmaxCrossEntropy(), .optimizer = weir::Adam({.lr = 1e-4}), .batch = batch};
  weir::FitOptions with = without;
  with.callbacks = {weir::Checkpoint(folder / "run")};
  weir::fit(model, data, with);
  std::vector<double> longer;
  for (int i = 0; i < rounds; ++i) {
    const double plain = seconds([&] { weir::fit(model, data, without); }), saved = seconds([&] { weir::fit(model, data, with); });
    longer.push_back(100 * (saved / plain - 1));
  }
  const Quartiles more = quartiles(longer);
  std::printf("W2 with a checkpoint each epoch: %.1f %% longer (quartiles %.1f to %.1f %%, %d rounds)\n", more.median, more.low, more.high,
              rounds);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times checkpoints.", "bench_checkpoint");
  std::string folder = ".";
  int rounds = 9;
  app.add_option("--folder", folder, "On the disk to measure; what is written there is removed")->capture_default_str();
  app.add_option("--rounds", rounds, "Of each; the median counts")->check(program::whole_number(1, 1'000'000))->capture_default_str();
  return program::run(app, argc, argv, [&] {
    std::string path = (std::filesystem::path(folder) / "weir-bench-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error(path + ": cannot be made.");
    const auto remove = [](const std::string* made) {
      std::error_code ignored;
      std::filesystem::remove_all(*made, ignored);
    };
    const std::unique_ptr<const std::string, decltype(remove)> scratch(&path, remove);
    std::printf("compiler: %s; threads: %d\n", BENCH_COMPILER, weir::num_threads());
    const weir::Dataset data = bench::synthetic_mnist();
    beside_dd(path, data, rounds);
    each_epoch(path, data, rounds);
  });
}
