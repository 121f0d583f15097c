#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include <weir/core/model.hpp>
#include <weir/core/option.hpp>

namespace weir {

// Keeps an exponential moving average of the parameters while a Model trains: FitOptions::average = WeightAverage{.decay = 0.999}. It is
// PyTorch's AveragedModel with get_ema_multi_avg_fn(decay), Keras' use_ema with ema_momentum. After each step (with its max_norm)
//
//   average = decay average + (1 - decay) parameters, computed as torch.lerp; the first update copies the parameters
//
// Frozen parameters are averaged too, so the average of a parameter that was frozen from the beginning equals it. The running statistics of
// layers such as BatchNorm are not averaged: they are those of the ordinary parameters (PyTorch's use_buffers = False). The average lies in
// TrainingState::average. Later fits with this option go on with it, even with other options; steps without the option leave it as it is.
struct WeightAverage {
  static constexpr std::string_view name = "average";

  double decay = 0.999;    // from 0 (the last parameters) to 1 (those of the first update)
  std::int64_t every = 1;  // update after steps whose number (TrainingState::step) is a multiple of this ...
  std::int64_t start = 0;  // ... and above this
  bool validate = true;    // fit measures its validation loss and accuracy with the averaged parameters

  static constexpr std::tuple options{Option{"decay", &WeightAverage::decay, OptionRange::up_to_one},
                                      Option{"every", &WeightAverage::every, OptionRange::positive}, Option{"start", &WeightAverage::start},
                                      Option{"validate", &WeightAverage::validate}};
};

// A new Model on the same device with the averaged parameters, and the given Model's graph, options, running statistics and data_info, to
// save, evaluate or predict with: save(averaged_model(model), "average.safetensors"). ConfigError when the Model has no average yet.
Model averaged_model(const Model& model);

}  // namespace weir
