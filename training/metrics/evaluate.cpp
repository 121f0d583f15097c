#include <weir/training/evaluate.hpp>

#include "training/check_data.hpp"
#include "training/metrics/evaluator.hpp"

namespace weir {

Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses) {
  const Dataset own = checked_data("evaluate", model, losses, data);
  return Evaluator(model, own, losses).run();
}

}  // namespace weir
