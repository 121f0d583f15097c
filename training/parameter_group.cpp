#include <weir/training/parameter_group.hpp>

namespace weir {

ParameterGroup vectors_without_decay() {
  ParameterGroup group;
  group.when = [](const ArenaEntry& entry) { return entry.shape.rank() <= 1; };
  group.weight_decay = 0;
  return group;
}

}  // namespace weir
