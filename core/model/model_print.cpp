#include <ostream>

#include "core/model/model_impl.hpp"
#include "core/parameters_text.hpp"
#include "core/text.hpp"

namespace weir {

std::ostream& operator<<(std::ostream& out, const Model& model) {
  const auto& entries = model.graph().entries();
  TextTable table;
  table.row({"node", "layer", "shape", "parameters"});
  for (const std::size_t input : model.graph().inputs()) {
    table.row({entries[input].name, "input", to_string(entries[input].plan.output), ""});
  }
  std::int64_t total = 0;
  for (const FusedCall& call : model.impl_->inference->calls()) {
    std::string from;
    for (const std::size_t input : call.inputs) from += (from.empty() ? "" : " and ") + to_string(entries[input].plan.output);
    table.row({call.name, call.layer->describe(), from + " -> " + to_string(call.plan.output),
               parameters_text(model.graph(), call.first, "", total)});
  }
  table.print(out);
  const ModelMemory memory = model.memory();
  out << with_commas(total) << " parameters, " << to_string(model.dtype()) << " on " << model.device();
  if (model.device().is_cuda() && model.dtype() == DType::f32) out << " (products in " << to_string(model.options().precision) << ")";
  out << ", batches of up to " << with_commas(model.max_batch()) << "\nbytes: " << with_commas(memory.parameters) << " parameters, ";
  if (memory.gradients) out << with_commas(memory.gradients) << " gradients, ";
  if (memory.state) out << with_commas(memory.state) << " state, ";
  return out << with_commas(memory.activations) << " workspace\n";
}

}  // namespace weir
