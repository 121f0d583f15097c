#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace weir::test {

// Output (standard output and error together) and exit status of a command.
struct Ran {
  std::string output;
  int status = 0;
  bool prints(const std::string& text) const { return output.find(text) != std::string::npos; }
  std::string last_line() const {
    const std::size_t end = output.find_last_not_of('\n');
    if (end == std::string::npos) return {};
    const std::size_t begin = output.rfind('\n', end);
    return output.substr(begin + 1, end - begin);
  }
};

// Runs a command through the shell, with no standard input.
inline Ran run(const std::string& command) {
  Ran ran;
  std::FILE* pipe = ::popen(("(" + command + ") </dev/null 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error(command + ": cannot be started");
  char buffer[4096];
  for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, count);
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

}  // namespace weir::test
