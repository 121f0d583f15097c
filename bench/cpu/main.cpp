// Times weir on this machine's CPU and compares the results with the limits of the hardware.
// Run: ./weir bench cpu [--filter W1] [--threads 1,2] [--rounds 7] [--json FILE]; see ../README.md for what disturbs a measurement.
// Takes about two minutes. The last line to expect is the row of `parallel_for`.

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/cpu/answer.hpp"
#include "bench/cpu/report.hpp"
#include "bench/cpu/run.hpp"

namespace bench {

std::vector<Workload> workloads() {
  std::vector<Workload> all;
  for (const auto& part : {training_workloads(), inference_workloads(), relu_workloads(), product_workloads(), limit_workloads()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace bench

int main(int argc, char** argv) {
  CLI::App app("Times weir on the processor: median, spread, and share of the limit that the same run measures.", "bench_cpu");
  bench::RunOptions options;
  if (std::thread::hardware_concurrency() < 2) options.threads = {1};
  std::string json;
  bool list = false, ask = false;
  app.add_option("--filter", options.filter, "Only workloads in whose name this regular expression is found, and their limits");
  app.add_option("--threads", options.threads, "Numbers of threads: 1,2")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "Samples of each, in as many rounds over all")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--json", json, "Write the figures to this file");
  app.add_flag("--list", list, "Print the names and leave");
  app.add_flag("--answer", ask, "Read names from the standard input, a line each, and write one sample of each (for one --threads)");
  CLI11_PARSE(app, argc, argv);
  try {
    const std::vector<bench::Workload> all = bench::workloads();
    if (list) {
      for (const bench::Workload& workload : all) std::cout << workload.name << '\n';
      return 0;
    }
    if (ask) {
      if (options.threads.size() != 1)
        throw std::runtime_error("--answer: got several numbers of threads, expected one, as in --threads 2.");
      bench::answer(all, options.threads[0], std::cin, std::cout);
      return 0;
    }
    const std::vector<bench::Row> rows = bench::run(all, options);
    bench::print(std::cout, rows);
    if (!json.empty()) bench::write_json(json, rows);
  } catch (const std::exception& error) {
    std::cerr << "bench_cpu: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
