// Times weir on this machine's CPU and compares the results with the limits of the hardware.
// Run: ./weir bench cpu [--filter W1] [--threads 1,2] [--rounds 7] [--json FILE]; see ../README.md for what disturbs a measurement.
// Takes about two minutes. The last line to expect is the row of `parallel_for`.

#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <weir/weir.hpp>

#include "bench/cpu/answer.hpp"
#include "bench/cpu/report.hpp"
#include "bench/cpu/run.hpp"
#include "examples/support/program.hpp"

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
      ->check(program::whole_number(1, weir::max_threads))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "Samples of each, in as many rounds over all")
      ->check(program::whole_number(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--json", json, "Write the figures to this file")->check(program::not_empty());
  app.add_flag("--list", list, "Print the names and leave");
  app.add_flag("--answer", ask, "Read names from the standard input, a line each, and write one sample of each (for one --threads)");
  return program::run(app, argc, argv, [&] {
    if (!json.empty()) weir::check_writable(json);
    const std::vector<bench::Workload> all = bench::workloads();
    if (list) {
      for (const bench::Workload& workload : all) std::cout << workload.name << '\n';
    } else if (ask) {
      if (options.threads.size() != 1) {
        throw std::runtime_error("--answer: got several numbers of threads, expected one, as in --threads 2.");
      }
      bench::answer(all, options.threads[0], std::cin, std::cout);
    } else {
      const std::vector<bench::Row> rows = bench::run(all, options);
      bench::print(std::cout, rows);
      if (!json.empty()) bench::write_json(json, rows);
    }
  });
}
