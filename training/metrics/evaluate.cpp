#include <weir/training/evaluate.hpp>

#include "training/check_data.hpp"
#include "training/metrics/evaluator.hpp"

namespace weir {

Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses) {
  check_losses("evaluate", model, losses);
  check_inputs("evaluate", model, data);
  check_targets("evaluate", model, losses, data);
  return Evaluator(model, data, losses).run();
}

}  // namespace weir
