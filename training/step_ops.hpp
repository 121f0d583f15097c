#pragma once

#include <cstdint>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// Operations for steps that are recorded on a CUDA device: the host reads nothing between replays, so the device itself checks and counts
// the steps.

namespace weir {

// What the checks of an update find, in device memory. In an array (one entry for each learning rate) the first entry holds all numbers,
// the others only a rate.
struct UpdateNumbers {
  double learning_rate = 0;
  std::uint64_t step = 0;
  double gradient = 0;  // max abs of the gradients
  double kept = 0;      // max abs of parameters and moments
};

// Results of recorded steps for the host. All zeros at first, except the position in the epoch and loss_sum.
struct StepNumbers {
  std::uint64_t skip = 0;         // 1: the host must run the next step; until then no step changes anything
  std::uint64_t batch = 0;        // index in the epoch of the next batch
  std::uint64_t step = 0;         // index in the epoch of the current step
  double step_loss = 0;           // of the current step: sum of loss * share of the samples over its batches so far
  double loss = 0;                // of the last completed step
  double loss_sum = 0;            // of the epoch: sum over steps of loss * samples
  std::int64_t step_correct = 0;  // of the current step
  std::int64_t correct = 0;       // of the completed steps
  std::int64_t step_counted = 0;  // labels that count, if some are ignored; like the two above
  std::int64_t counted = 0;
};

// Arguments of accept_step after the last batch of a step. All pointers are to device memory.
struct StepAcceptance {
  StepNumbers* numbers = nullptr;
  UpdateNumbers* update = nullptr;      // [rates]
  const double* rate_table = nullptr;   // [steps of the epoch, rates]
  const double* loss = nullptr;         // of the last batch ...
  double share = 1;                     // ... and its share of the step's samples
  std::uint64_t* model_step = nullptr;  // TrainingState::step
  std::uint64_t first_step = 0;         // TrainingState::step when these moments were zero
  std::int64_t rates = 1;
  double samples = 0;  // of the step
  bool check_finite = true;
  double safe_magnitude = 0;        // an update below this needs no check: see Optimizer::safe_magnitude
  double most_l1 = 0, most_l2 = 0;  // penalties that will be added to the gradients
};

}  // namespace weir

namespace weir::cuda {
// After each batch of a step except the last: advances the batch index and adds share * loss.
void count_batch(const Context& context, const double* loss, double share, StepNumbers* numbers);
// Decides whether the step may be taken: loss and gradients are finite, and the update cannot overflow. If so prepares the numbers of the
// update and counts the step, else sets skip.
void accept_step(const Context& context, const StepAcceptance& step);
// y = x, unless *skip is not 0.
void copy_unless(const Context& context, const std::uint64_t* skip, const ConstTensorView& x, const TensorView& y);
}  // namespace weir::cuda
