// How weir keeps up beside other busy processes, on one thread and on several: a table of training and inference, alone and beside one and
// two processes that only compute.
// Run: ./weir bench contention [--threads 2] [--rounds 5] [--filter W1]. Takes about a minute and a half.
// The last line to expect: the row of b1024, "| b1024, samples/s | ... |".

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <weir/weir.hpp>

#include "bench/cpu/samples.hpp"
#include "bench/cpu/timing.hpp"
#include "bench/cpu/workload.hpp"

namespace {

// A process that computes until the object is destroyed, or until this process is gone.
class BusyProcess {
 public:
  BusyProcess() {
    const pid_t parent = getpid();
    child_ = fork();
    if (child_ < 0) throw std::runtime_error("no further process can be started. End some.");
    if (child_ > 0) return;
    for (volatile unsigned long long count = 0; getppid() == parent;) {
      for (int i = 0; i < 1'000'000; ++i) count = count + 1;
    }
    _exit(0);
  }
  ~BusyProcess() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  BusyProcess(BusyProcess&& other) noexcept : child_(std::exchange(other.child_, -1)) {}
  BusyProcess& operator=(BusyProcess&&) = delete;

 private:
  pid_t child_ = -1;
};

constexpr int busy_most = 2;

struct Options {
  int threads = std::max(2, weir::num_threads()), rounds = 5;
  std::string filter;
};

// By workload, number of busy processes and number of threads.
using Results = std::map<std::tuple<std::string, int, int>, std::vector<double>>;

Results measure(const std::vector<bench::Workload>& workloads, const Options& options) {
  Results results;
  for (const bench::Workload& workload : workloads) workload.measure(options.threads);  // makes its data and network
  for (int round = 1; round <= options.rounds; ++round) {
    std::vector<BusyProcess> processes;
    for (int busy = 0; busy <= busy_most; ++busy) {
      if (busy > 0) processes.emplace_back();
      if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[Kround %d of %d, %d busy", round, options.rounds, busy);
      std::this_thread::sleep_for(std::chrono::milliseconds(600));  // what was learnt beside more processes is forgotten
      for (const bench::Workload& workload : workloads) {
        for (const int threads : {1, options.threads}) {
          for (const bench::Stopwatch visit; visit.seconds() < 0.5;) {  // beside others, many short samples
            results[{workload.name, busy, threads}].push_back(workload.measure(threads));
          }
        }
      }
    }
  }
  if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[K");
  return results;
}

// 3 significant digits: "3.81", "227k", "1.07M".
std::string number(double value) {
  const char* unit = value >= 1e6 ? "M" : value >= 1e4 ? "k" : "";
  value /= *unit == 'M' ? 1e6 : *unit == 'k' ? 1e3 : 1;
  char text[32];
  std::snprintf(text, sizeof text, "%.*f%s", value >= 100 ? 0 : value >= 10 ? 1 : 2, value, unit);
  return text;
}

void print(const std::vector<bench::Workload>& workloads, const Results& results, int threads) {
  std::cout << "1 and " << threads << " threads, medians; in brackets how many times faster the " << threads
            << " are; us: the worst sample too\n\n| | alone | beside one busy process | beside two |\n| --- | --- | --- | --- |\n";
  for (const bench::Workload& workload : workloads) {
    std::cout << "| " << workload.name << ", " << workload.unit;
    for (int busy = 0; busy <= busy_most; ++busy) {
      const bool times = workload.unit == "us";
      const auto shown = [&](int count) {
        const std::vector<double>& values = results.at({workload.name, busy, count});
        return number(bench::median(values)) + (times ? " (worst " + number(*std::max_element(values.begin(), values.end())) + ")" : "");
      };
      const double one = bench::median(results.at({workload.name, busy, 1})),
                   all = bench::median(results.at({workload.name, busy, threads}));
      std::cout << " | " << shown(1) << ", " << shown(threads) << " [" << number(times ? one / all : all / one) << ']';
    }
    std::cout << " |\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times training and inference alone and beside other busy processes, on one thread and on several.", "bench_contention");
  try {
    Options options;
    app.add_option("--threads", options.threads, "The several threads")->check(CLI::Range(2, 128))->capture_default_str();
    app.add_option("--rounds", options.rounds, "Over all workloads and numbers of busy processes; half a second of samples of each")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--filter", options.filter, "Only workloads in whose name this regular expression is found");
    CLI11_PARSE(app, argc, argv);
    std::vector<bench::Workload> workloads;
    const std::regex pattern(options.filter);
    for (const auto& part : {bench::training_workloads(), bench::inference_workloads()}) {
      std::copy_if(part.begin(), part.end(), std::back_inserter(workloads),
                   [&](const bench::Workload& w) { return std::regex_search(w.name, pattern); });
    }
    if (workloads.empty()) throw std::runtime_error("no workload's name holds '" + options.filter + "', expected W1, W2, W3, b1 or b1024.");
    print(workloads, measure(workloads, options), options.threads);
  } catch (const std::exception& error) {
    std::cerr << "bench_contention: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
