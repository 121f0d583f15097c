#include "core/cpu/lateness.hpp"

#include <chrono>

#include <doctest/doctest.h>

using weir::cpu::Lateness;
using namespace std::chrono_literals;

namespace {

// Another thread is late by 4 ms; returns how long the leader works alone after that.
Lateness::Clock::duration pause_after(Lateness& lateness, Lateness::Clock::time_point& now) {
  CHECK(!lateness.alone(now));
  now += 4ms;
  lateness.waited(now, 50us, 4ms);
  const auto begin = now;
  while (lateness.alone(now)) now += 1ms;
  return now - begin;
}

}  // namespace

TEST_CASE("lateness: the pause begins with twice the time lost and doubles up to half a second") {
  Lateness lateness;
  auto now = Lateness::Clock::time_point(1h);
  for (const auto expected : {8ms, 16ms, 32ms, 64ms, 128ms, 256ms, 500ms, 500ms}) CHECK(pause_after(lateness, now) == expected);
}

TEST_CASE("lateness: after a good stretch of sharing the pause is short again") {
  Lateness lateness;
  auto now = Lateness::Clock::time_point(1h);
  for (const auto expected : {8ms, 16ms, 32ms}) CHECK(pause_after(lateness, now) == expected);
  now += 8 * 32ms;
  CHECK(pause_after(lateness, now) == 8ms);
}

TEST_CASE("lateness: short waits and waits for a tile of about the size of the own work are not late") {
  Lateness lateness;
  const auto now = Lateness::Clock::time_point(1h);
  lateness.waited(now, 1us, 99us);
  CHECK(!lateness.alone(now));
  lateness.waited(now, 10ms, 19ms);
  CHECK(!lateness.alone(now));
  lateness.waited(now, 10ms, 20ms);
  CHECK(lateness.alone(now));
}
