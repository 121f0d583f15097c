#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/optimizer.hpp>

#include "training/mirror.hpp"
#include "training/moments.hpp"

namespace weir {

// What happens after Model::backward: look, update, commit. Allocates in its constructor and, when an update could overflow, once more.
class Updater {
 public:
  // `who` begins messages: "fit". The Model and the optimizer must outlive this. Changes nothing; DeviceError for an optimizer that does
  // not run on the Model's device.
  Updater(std::string who, Model& model, const Optimizer& optimizer, bool check_finite);

  // False, and nothing is changed, when the loss or a gradient is not finite. Throws NumericError, and nothing is changed, when the
  // update would make a parameter or a moment infinite or NaN.
  bool step();

  double learning_rate() const { return learning_rate_; }  // of the last step

 private:
  // What the optimizer and the checks find on the device.
  struct Numbers {
    double learning_rate = 0;
    std::uint64_t step = 0;
    double gradient = 0;  // largest magnitudes
    double kept = 0;      // of parameters and moments
  };

  Numbers& numbers() { return numbers_.host()[0]; }
  void measure_kept(const Context& context);
  bool gradients_are_finite(const Context& context);
  void update(const Context& context, bool track);
  void update_with_care(const Context& context);
  std::string describe_overflow() const;

  std::string who_;
  Model* model_;
  const Optimizer* optimizer_;
  bool check_finite_;
  double safe_magnitude_;
  double learning_rate_ = 0;
  Moments moments_;
  Mirror<Numbers> numbers_;
  std::vector<TensorView> kept_;  // parameters, then moments
  std::vector<Tensor> before_;    // a copy of them, for an update that may overflow
};

}  // namespace weir
