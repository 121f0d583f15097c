#include <doctest/doctest.h>

#include "float_register.hpp"
#include "tests/training/floating_point_mode.hpp"

using namespace weir;

namespace {
constexpr unsigned standard = 0x1f80, flush_to_zero = 0x8000, denormals_are_zero = 0x40;
constexpr unsigned invalid = 0x80, division_by_zero = 0x200, overflow = 0x400, underflow = 0x800;  // set: no signal

void check(unsigned mode) {
  constexpr unsigned flags = 0x3f;  // of what has happened
  test::check_mode([=] { cpu::write_floats({.mxcsr = mode}); }, [=] { return (cpu::read_floats().mxcsr & ~flags) == mode; });
}

}  // namespace

TEST_CASE("floating-point mode: flushing subnormal numbers to zero changes no bit") {
  check(standard | flush_to_zero | denormals_are_zero);
}

TEST_CASE("floating-point mode: a program that asks for SIGFPE gets none from weir") {
  check(standard & ~(invalid | division_by_zero | overflow | underflow));
}
