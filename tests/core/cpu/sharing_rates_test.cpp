#include "core/cpu/sharing_rates.hpp"

#include <chrono>

#include <doctest/doctest.h>

using weir::cpu::SharingRates;
using weir::cpu::ThreadTime;
using namespace std::chrono_literals;

namespace {

// A thread that makes calls of ten tiles, on a machine that gives it a part of its processor and lets it finish so many calls a
// millisecond.
struct Machine {
  double shared = 20, alone = 12;       // calls a millisecond
  double part = 1, part_alone = 1;      // of its processor that this thread gets
  double late = 0;                      // part of the time of shared calls that passes in waiting for late workers
  std::chrono::nanoseconds pause = {};  // before each call, in which the thread sleeps

  // Runs for `time`; returns the part of its calls that were shared.
  double run(SharingRates& rates, std::chrono::nanoseconds time) {
    int calls = 0, shared_calls = 0;
    for (const auto end = now + time; now < end; ++calls) {
      now += pause;
      rates.begins(SharingRates::Clock::time_point(now), 10, [&] { return ThreadTime{had, preempted}; });
      const auto call = std::chrono::nanoseconds(static_cast<std::int64_t>(1e6 / (rates.alone() ? alone : shared)));
      now += call;
      if (!rates.alone()) rates.late(std::chrono::nanoseconds(static_cast<std::int64_t>(late * static_cast<double>(call.count()))));
      const double got = rates.alone() ? part_alone : part;
      had += std::chrono::nanoseconds(static_cast<std::int64_t>(got * static_cast<double>(call.count())));
      if (got < 1 && calls % 20 == 0) ++preempted;
      shared_calls += !rates.alone();
    }
    return static_cast<double>(shared_calls) / calls;
  }

  std::chrono::nanoseconds now = 1h, had = 5s;
  std::int64_t preempted = 100;
};

}  // namespace

TEST_CASE("sharing rates: on a quiet machine all calls are shared even if alone would be faster") {
  SharingRates rates;
  Machine machine{.shared = 10, .alone = 12};
  CHECK(machine.run(rates, 10s) == 1);
}

TEST_CASE("sharing rates: a thread that loses its processor works alone where that is faster") {
  SharingRates rates;
  Machine machine{.shared = 7, .alone = 10, .part = 0.5, .part_alone = 0.67};
  machine.run(rates, 1s);
  const double part = machine.run(rates, 10s);
  CHECK(part > 0.02);  // it tries sharing
  CHECK(part < 0.10);  // one window in nine, with 7 calls where the others have 10
}

TEST_CASE("sharing rates: now and then a window with lost time changes nothing") {
  SharingRates rates;
  Machine quiet{.shared = 10, .alone = 12};
  CHECK(quiet.run(rates, 1s) == 1);
  for (int i = 0; i < 10; ++i) {
    Machine disturbed = quiet;
    disturbed.part = 0.5;
    CHECK(disturbed.run(rates, 60ms) == 1);
    disturbed.part = 1;
    quiet = disturbed;
    CHECK(quiet.run(rates, 200ms) == 1);
  }
}

TEST_CASE("sharing rates: a thread that waits for late workers works alone where that is faster") {
  SharingRates rates;
  Machine machine{.shared = 7, .alone = 10, .late = 0.15};
  machine.run(rates, 1s);
  const double part = machine.run(rates, 10s);
  CHECK(part > 0.02);
  CHECK(part < 0.10);
  machine = {.shared = 7, .alone = 10, .late = 0.05};
  SharingRates others;
  CHECK(machine.run(others, 10s) == 1);
}

TEST_CASE("sharing rates: a thread that loses its processor shares where that is faster and where the gain of working alone is small") {
  for (const double alone : {10.0, 15.5}) {
    SharingRates rates;
    Machine machine{.shared = 15, .alone = alone, .part = 0.5, .part_alone = 0.67};
    machine.run(rates, 1s);
    const double part = machine.run(rates, 10s);
    CHECK(part > 0.85);
    CHECK(part < 0.98);
  }
}

TEST_CASE("sharing rates: when the machine is quiet again all calls are shared within half a second") {
  SharingRates rates;
  Machine machine{.shared = 7, .alone = 10, .part = 0.5, .part_alone = 0.67};
  machine.run(rates, 5s);
  machine.shared = 20, machine.alone = 12, machine.part = machine.part_alone = 1;
  machine.run(rates, 500ms);
  CHECK(machine.run(rates, 10s) == 1);
}

TEST_CASE("sharing rates: what is faster is learnt anew when it changes") {
  SharingRates rates;
  Machine machine{.shared = 7, .alone = 10, .part = 0.5, .part_alone = 0.67};
  machine.run(rates, 5s);
  machine.shared = 15;
  machine.run(rates, 2s);
  CHECK(machine.run(rates, 10s) > 0.85);
}

TEST_CASE("sharing rates: a thread that sleeps between its calls shares them") {
  SharingRates rates;
  Machine machine{.shared = 10, .alone = 12, .pause = 2ms};
  CHECK(machine.run(rates, 10s) == 1);
}
