#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load_state_dict.hpp>

#include "core/cpu/standard_floats.hpp"
#include "formats/model_file.hpp"
#include "formats/weights.hpp"

namespace weir {

namespace {

Tensor on_host(const ConstTensorView& view) {
  Tensor result(view.shape(), view.dtype());
  copy(view, result);
  return result;
}

}  // namespace

StateDictReport load_state_dict(Model& model, const TensorFile& file, StateDictOptions options) {
  const cpu::StandardFloats standard;
  check_file(file);
  WeightsReport report = compare_weights(file, model.graph(), options.strict);
  if (!report.problems.empty()) {
    const std::string message = file.name() + ": does not fit the model: " + report.text() +
                                ". Give the graph the file's names and sizes (strict = false passes over names that only one of them has).";
    if (report.only_shapes) throw ShapeError(message);
    throw FormatError(message);
  }
  // Reads into copies first, because reading may still fail; the Model changes only afterwards.
  Tensor parameters = on_host(model.parameter_arena()), state = on_host(model.state_arena());
  read_weights(file, report, model.parameters(), parameters);
  read_weights(file, report, model.states(), state);
  copy(parameters, model.parameter_arena());
  copy(state, model.state_arena());
  return {std::move(report.missing), std::move(report.unexpected)};
}

}  // namespace weir
