// What symbols.cmake and visibility.cmake must find; never part of the library.
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace weir {
void planted(int code) {
  std::cout << code;
  std::cerr << code;
  std::printf("%d\n", code);
  std::fprintf(stderr, "%d\n", code);
  if (code == 1) std::abort();
  std::exit(code);
}
}  // namespace weir

namespace weir::math {
[[gnu::used]] inline double planted_half(double x) { return x / 2; }
}  // namespace weir::math

namespace Eigen {
[[gnu::used]] inline double planted_half(double x) { return x / 2; }
}  // namespace Eigen

namespace nlohmann {
[[gnu::used]] inline double planted_half(double x) { return x / 2; }
}  // namespace nlohmann
