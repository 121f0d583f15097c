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
