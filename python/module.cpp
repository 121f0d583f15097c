#include "python/bind.hpp"

PYBIND11_MODULE(_weir, m) {
  m.doc() = "A small neural-network training framework.";
  bind_errors(m);
  bind_functions(m);
}
