#include <weir/training/evaluate.hpp>

#include "training/check_data.hpp"
#include "training/metrics/evaluator.hpp"

namespace weir {

Evaluation evaluate(Model& model, const Dataset& data, const Losses& losses) {
  check_losses("evaluate", model, losses);
  Dataset own = with_info(data, model.data_info());
  check_inputs("evaluate", model, own);
  check_targets("evaluate", model, losses, own);
  return Evaluator(model, own, losses).run();
}

}  // namespace weir
