#pragma once

#include <vector>
#include <weir/training/adadelta.hpp>
#include <weir/training/adagrad.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/adamw.hpp>
#include <weir/training/lion.hpp>
#include <weir/training/nadam.hpp>
#include <weir/training/radam.hpp>
#include <weir/training/rmsprop.hpp>
#include <weir/training/sgd.hpp>

namespace weir::test {

// Every optimizer, with options for each of its rules.
inline std::vector<AnyOptimizer> all_optimizers() {
  return {SGD({.lr = 0.05}),
          SGD({.lr = 0.05, .momentum = 0.9, .dampening = 0.5}),
          SGD({.lr = 0.01, .momentum = 0.9, .nesterov = true}),
          Adam({.lr = 0.01, .weight_decay = 0.01}),
          Adam({.lr = 0.01, .amsgrad = true}),
          AdamW({.lr = 0.01}),
          AdamW({.lr = 0.01, .amsgrad = true}),
          NAdam({.lr = 0.01}),
          RAdam({.lr = 0.01}),
          RMSprop(),
          RMSprop({.centered = true}),
          RMSprop({.momentum = 0.5}),
          RMSprop({.momentum = 0.5, .centered = true}),
          Adagrad({.initial_accumulator_value = 0.1}),
          Adadelta(),
          Lion({.lr = 0.001, .weight_decay = 0.1})};
}

}  // namespace weir::test
