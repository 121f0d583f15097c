#include <weir/core/error.hpp>
#include <weir/training/step.hpp>

#include "core/cpu/standard_floats.hpp"
#include "training/find_nonfinite.hpp"
#include "training/updater.hpp"

namespace weir {

void step(Model& model, const Optimizer& optimizer, StepOptions options) {
  const cpu::StandardFloats standard;
  Updater updater("step", model, optimizer,
                  {.check_finite = options.check_finite, .groups = options.groups, .clip = options.clip, .average = options.average});
  if (!updater.step()) throw NumericError(failed_step("step", model, find_bad_gradient(model)));
}

}  // namespace weir
