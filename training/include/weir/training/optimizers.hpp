#pragma once

#include <variant>
#include <weir/training/adadelta.hpp>
#include <weir/training/adagrad.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/adamw.hpp>
#include <weir/training/lion.hpp>
#include <weir/training/nadam.hpp>
#include <weir/training/radam.hpp>
#include <weir/training/rmsprop.hpp>
#include <weir/training/sgd.hpp>

namespace weir {

// The project's only list of its optimizers, by their options: devices, files, tests and the Python module loop over it or visit it.
using OptimizerOptions = std::variant<SGDOptions, AdamOptions, AdamWOptions, NAdamOptions, RAdamOptions, RMSpropOptions, AdagradOptions,
                                      AdadeltaOptions, LionOptions>;

}  // namespace weir
