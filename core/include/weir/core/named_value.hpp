#pragma once

#include <string>

namespace weir {

struct NamedValue {
  std::string name;
  double value = 0;
};

}  // namespace weir
