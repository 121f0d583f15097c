#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <limits>
#include <new>
#include <string>
#include <type_traits>

#include <CLI/CLI.hpp>

// What the command lines of the examples and of the benchmarks share. Included by the main.cpp of a program alone, as CLI11 compiles long.

namespace program {

constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();  // of a count for which nothing else sets a limit

// Digits alone, from least to greatest. CLI11 itself takes what is too large for the largest number, and "0x10" and " 5" too.
template <class T>
CLI::Validator whole_number(T least, T greatest) {
  return CLI::Validator(
      [=](const std::string& text) {
        T number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool good = error == std::errc() && end == text.data() + text.size() && number >= least && number <= greatest;
        return good ? std::string()
                    : "got '" + text + "', expected a whole number from " + std::to_string(least) + " to " + std::to_string(greatest) + ".";
      },
      "");
}

// A finite number from 0: 0.01, 1e-3.
inline CLI::Validator number_from_zero() {
  return CLI::Validator(
      [](const std::string& text) {
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool good = error == std::errc() && end == text.data() + text.size() && number >= 0 && std::isfinite(number);
        return good ? std::string() : "got '" + text + "', expected a finite number of at least 0, such as 0.01 or 1e-3.";
      },
      "");
}

inline CLI::Validator not_empty() {
  return CLI::Validator([](const std::string& text) { return text.empty() ? "got an empty name, expected the name of a file." : ""; }, "");
}

// Descriptors 0 to 2, where the caller closed them: a file that the program opens must not take the place of the standard output.
inline void open_standard_descriptors() {
  int descriptor = 0;
  while ((descriptor = ::open("/dev/null", O_RDONLY)) >= 0 && descriptor <= STDERR_FILENO) continue;
  ::close(descriptor);
}

// Reads the command line and runs the program; returns its exit code, which is what `body` returns if it returns anything. Errors are a
// line on the standard error; output that cannot be written (a full disk) is one.
template <class Body>
int run(CLI::App& app, int argc, char** argv, Body&& body) {
  open_standard_descriptors();
  const auto fail = [&](const std::string& what) {
    std::cerr << app.get_name() << ": " << what << '\n';
    return 1;
  };
  int code = 0;
  try {
    app.parse(argc, argv);
    if constexpr (std::is_void_v<decltype(body())>) {
      body();
    } else {
      code = body();
    }
  } catch (const CLI::ParseError& error) {
    code = app.exit(error);
  } catch (const std::bad_alloc&) {
    code = fail("there is not enough memory for this. Ask for less: smaller widths, a smaller batch.");
  } catch (const std::exception& error) {
    code = fail(error.what());
  }
  errno = 0;
  std::cout.flush();
  const bool lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout;
  if (lost && code == 0) {
    code = fail(std::string("the standard output cannot be written") + (errno != 0 ? std::string(": ") + std::strerror(errno) : "") +
                ". Send it elsewhere.");
  }
  return code;
}

}  // namespace program
