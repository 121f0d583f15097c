#include <weir/core/error.hpp>
#include <weir/training/step.hpp>

#include "training/explain.hpp"
#include "training/updater.hpp"

namespace weir {

void step(Model& model, const Optimizer& optimizer, StepOptions options) {
  Updater updater("step", model, optimizer, options.check_finite);
  if (!updater.step()) throw NumericError(failed_step("step", model, find_bad_gradient(model)));
}

}  // namespace weir
