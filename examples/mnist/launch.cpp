#include <netdb.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>

#include "ranks.hpp"

namespace {

const std::string program = MNIST_RANKS_PROGRAM;  // empty: built without MPI
const std::string mpirun = MNIST_MPIRUN;
constexpr bool open_mpi = MNIST_OPEN_MPI;

std::atomic<pid_t> launcher = 0;
std::atomic<int> caught = 0;

// mpirun would end the ranks at once; SIGUSR1 it passes on to them, and they stop in order. A second signal ends them at once.
void handle(int signal) {
  const pid_t child = launcher;
  if (child > 0) kill(child, caught.exchange(signal) == 0 ? SIGUSR1 : SIGTERM);
}

// "a:2,b:2": the names, and the number of places together.
std::int64_t places_of(const std::string& hosts, std::vector<std::string>& names) {
  std::int64_t places = 0;
  for (std::size_t begin = 0; begin <= hosts.size();) {
    const std::size_t end = std::min(hosts.find(',', begin), hosts.size());
    const std::string entry = hosts.substr(begin, end - begin);
    const std::size_t colon = std::min(entry.rfind(':'), entry.size());
    std::int64_t count = 1;
    const char* digits = entry.data() + std::min(colon + 1, entry.size());
    const char* last = entry.data() + entry.size();
    const bool good = colon == entry.size() || (std::from_chars(digits, last, count).ptr == last && digits != last && count >= 1);
    if (!good || colon == 0) throw weir::ConfigError("--hosts: got '" + entry + "', expected a name and the ranks there, such as a:2,b:2.");
    names.push_back(entry.substr(0, colon));
    places += count;
    begin = end + 1;
  }
  return places;
}

void check_host(const std::string& name) {
  addrinfo* found = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, nullptr, &found);
  if (error == 0) return freeaddrinfo(found);
  throw weir::ConfigError("--hosts: " + name + " is not there: " + gai_strerror(error) + ". Look at its name.");
}

bool is_set(const char* variable) { return std::getenv(variable) != nullptr; }

// The command that starts the ranks.
std::vector<std::string> command_for(const TrainOptions& options, const std::vector<std::string>& arguments) {
  if (program.empty())
    throw weir::ConfigError("--ranks needs MPI, which was not there when this was built. ./weir setup installs it; then train again.");
  if (access(mpirun.c_str(), X_OK) != 0)
    throw weir::ConfigError("--ranks needs " + mpirun + ", which is not there any more. ./weir setup installs it.");
  if (open_mpi && geteuid() == 0 && !(is_set("OMPI_ALLOW_RUN_AS_ROOT") && is_set("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"))) {
    throw weir::ConfigError(
        "Open MPI starts nothing as root unless OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 are set. Set both, or train "
        "as "
        "another user.");
  }
  std::vector<std::string> words{mpirun}, names;
  std::int64_t ranks = options.ranks.value_or(1);
  if (!options.hosts.empty()) {
    const std::int64_t places = places_of(options.hosts, names);
    if (options.ranks && ranks != places) {
      throw weir::ConfigError("--hosts has places for " + std::to_string(places) + " ranks, --ranks is " + std::to_string(ranks) +
                              ". Leave --ranks out, or let both agree.");
    }
    ranks = places;
    std::for_each(names.begin(), names.end(), check_host);
    words.insert(words.end(), {open_mpi ? "--host" : "-hosts", options.hosts});
  }
  if (ranks > micro_batches) {
    throw weir::ConfigError("--ranks: got " + std::to_string(ranks) + ", expected 1 to " + std::to_string(micro_batches) +
                            ": a step has that many micro-batches.");
  }
  words.insert(words.end(), {"-n", std::to_string(ranks)});
  if (open_mpi) {
    // Threads of a rank may use every processor; a connection that is gone is noticed after about 15 s.
    words.insert(words.end(), {"--oversubscribe", "--bind-to", "none", "-x", "OMP_NUM_THREADS"});
    for (const auto& [name, value] :
         {std::pair("oob_tcp_keepalive_time", "5"), {"oob_tcp_keepalive_intvl", "3"}, {"oob_tcp_keepalive_probes", "3"}}) {
      words.insert(words.end(), {"--mca", name, value});
    }
  }
  words.push_back(program);
  words.insert(words.end(), arguments.begin(), arguments.end());

  const std::int64_t here = std::max<std::int64_t>(1, ranks / std::max<std::int64_t>(1, std::ssize(names)));
  const std::string threads = std::to_string(std::max<std::int64_t>(1, weir::num_threads() / here));
  setenv("OMP_NUM_THREADS", threads.c_str(), 0);
  return words;
}

// Runs it to its end; its exit code, or 128 and the signal that ended it.
int run(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::cout.flush();
  const pid_t child = fork();
  if (child < 0) throw weir::Error(words[0] + ": cannot be started: " + std::strerror(errno) + ".");
  if (child == 0) {
    setpgid(0, 0);  // Ctrl-C on the terminal is for the parent alone
    if (std::freopen("/dev/null", "r", stdin) != nullptr) execv(argv[0], argv.data());
    _exit(127);
  }
  launcher = child;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  launcher = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

bool starts_ranks() { return true; }

weir::Communicator the_ranks(const TrainOptions&) { return weir::single(); }

int start_ranks(const TrainOptions& options, const std::vector<std::string>& arguments) {
  if (options.restarts > 0 && options.checkpoint.empty()) {
    throw weir::ConfigError("--restarts goes on from a checkpoint. Name a folder with --checkpoint.");
  }
  const std::vector<std::string> words = command_for(options, arguments);
  struct sigaction action {};
  action.sa_handler = handle;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  for (std::int64_t restart = 0;; ++restart) {
    const int code = run(words);
    if (caught != 0) return 128 + caught;
    if (code == 0 || restart == options.restarts) return code;
    std::cerr << "mnist: a rank failed (exit code " << code << "). Starting again from the last checkpoint, " << restart + 1 << " of "
              << options.restarts << " times." << std::endl;
  }
}
