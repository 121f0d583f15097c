#include "interrupt.hpp"

#include <signal.h>
#include <unistd.h>

namespace {

std::atomic<bool> stop = false;
std::atomic<int> code = 0;

void handle(int signal) {
  if (stop.exchange(true)) _exit(128 + signal);
  code = 128 + signal;
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = handle;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);
  return stop;
}

int interrupted() { return code; }
