#include "python/bind.hpp"

PYBIND11_MODULE(_weir, m) {
  m.doc() = "A small neural-network training framework.";
  bind_errors(m);
  bind_functions(m);

  pybind11::module_ training = m.def_submodule("_training", "What the Python part of the package is made of.");
  training.attr("classes") = pybind11::list();
  bind_layers(training);
  bind_python_layers(training);
  bind_losses(training);
  bind_optimizers(training);
  bind_callbacks(training);
  bind_graph(training);
  bind_data(training);
  bind_model(training);
  bind_fit(training);
  bind_files(training);
  bind_metrics(training);
  bind_diagnostics(training);
}
