#include <weir/training/evaluate.hpp>

#include "core/cpu/standard_floats.hpp"
#include "training/check_data.hpp"
#include "training/metrics/evaluator.hpp"

namespace weir {

Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses, const std::vector<Metric>& metrics) {
  const cpu::StandardFloats standard;
  check_metrics("evaluate", model, metrics);
  const Dataset own = checked_data("evaluate", model, losses, data);
  return Evaluator(model, own, losses, metrics).run();
}

}  // namespace weir
