#include "core/cpu/lateness.hpp"

#include <chrono>

#include <doctest/doctest.h>

using weir::cpu::Lateness;
using namespace std::chrono_literals;

namespace {

using Time = Lateness::Clock::time_point;
using Duration = Lateness::Clock::duration;

// Shares for `stretch`, of which the last 4 ms are lost to a late thread; returns how long the leader works alone after that.
Duration pause_after(Lateness& lateness, Time& now, Duration stretch) {
  CHECK(!lateness.alone(now));
  for (const Time end = now + stretch; now < end; now += 1ms) lateness.shares(now);
  lateness.shares(now);
  lateness.waited(now, 50us, 4ms);
  const Time begin = now;
  while (lateness.alone(now)) now += 1ms;
  return now - begin;
}

}  // namespace

TEST_CASE("lateness: a single late thread changes nothing") {
  Lateness lateness;
  Time now(1h);
  for (int i = 0; i < 10; ++i) CHECK(pause_after(lateness, now, 33ms) == 0ms);
}

TEST_CASE("lateness: the pause begins with twice the time lost and doubles up to half a second while sharing goes badly") {
  Lateness lateness;
  Time now(1h);
  CHECK(pause_after(lateness, now, 8ms) == 0ms);
  for (const auto expected : {8ms, 16ms, 32ms, 64ms, 128ms, 256ms, 500ms, 500ms}) CHECK(pause_after(lateness, now, 8ms) == expected);
}

TEST_CASE("lateness: after a good stretch of sharing the pause is short again") {
  Lateness lateness;
  Time now(1h);
  CHECK(pause_after(lateness, now, 8ms) == 0ms);
  for (const auto expected : {8ms, 16ms, 32ms}) CHECK(pause_after(lateness, now, 32ms) == expected);
  CHECK(pause_after(lateness, now, 33ms) == 0ms);
  CHECK(pause_after(lateness, now, 8ms) == 8ms);
}

TEST_CASE("lateness: time without calls is no good stretch") {
  Lateness lateness;
  Time now(1h);
  CHECK(pause_after(lateness, now, 8ms) == 0ms);
  for (const auto expected : {8ms, 16ms, 32ms}) {
    CHECK(pause_after(lateness, now, 8ms) == expected);
    now += 10s;
  }
}

TEST_CASE("lateness: short waits and waits for a tile of about the size of the own work are not late") {
  Lateness lateness;
  const Time now(1h);
  lateness.waited(now, 10us, 20ms);  // from here on the stretches are short
  lateness.waited(now, 1us, 99us);
  CHECK(!lateness.alone(now));
  lateness.waited(now, 10ms, 19ms);
  CHECK(!lateness.alone(now));
  lateness.waited(now, 10ms, 20ms);
  CHECK(lateness.alone(now));
}
