#pragma once

#include <cstdint>
#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

// What a step that is recorded on a device needs besides the step's own operations: the host reads nothing between its replays, so the
// device judges each step and counts by itself.

namespace weir {

// What an update and its checks find on the device. Of an array of them, one a learning rate, the first holds all numbers.
struct UpdateNumbers {
  double learning_rate = 0;
  std::uint64_t step = 0;
  double gradient = 0;  // largest magnitudes
  double kept = 0;      // of parameters and moments
};

// What recorded steps leave for the host to read. All zeros before the first, but where in the epoch it is and loss_sum.
struct StepNumbers {
  std::uint64_t skip = 0;         // 1: the next step is not one that the device may take; it and all later ones change nothing
  std::uint64_t batch = 0;        // of the epoch: the next one
  std::uint64_t step = 0;         // of the epoch: the one that is running, or the next
  double step_loss = 0;           // of the step that is running: its batches' so far, each times its share of the samples
  double loss = 0;                // of the last step that was taken
  double loss_sum = 0;            // of the epoch: over its steps, the loss times the samples
  std::int64_t step_correct = 0;  // of the step that is running
  std::int64_t correct = 0;       // over the steps taken
  std::int64_t step_counted = 0;  // labels that count, where some do not: as the two above
  std::int64_t counted = 0;
};

// What accept_step looks at after the last batch of a step. All pointers are device memory.
struct StepAcceptance {
  StepNumbers* numbers = nullptr;
  UpdateNumbers* update = nullptr;      // [rates]
  const double* rate_table = nullptr;   // [steps of the epoch, rates]
  const double* loss = nullptr;         // of the last batch ...
  double share = 1;                     // ... which has this part of the step's samples
  std::uint64_t* model_step = nullptr;  // steps that the Model has taken
  std::uint64_t first_step = 0;         // of them, those before the first update of these moments
  std::int64_t rates = 1;
  double samples = 0;  // of the step
  bool check_finite = true;
  double safe_magnitude = 0;        // what an update may meet without being looked at: see Optimizer::safe_magnitude
  double most_l1 = 0, most_l2 = 0;  // penalties that are still to be added to the gradients
};

}  // namespace weir

namespace weir::cuda {
// After a batch that is not its step's last: counts it, and its loss with so much weight.
void count_batch(const Context& context, const double* loss, double share, StepNumbers* numbers);
// Says whether the step may be taken: the loss and the gradients are finite, and the update cannot overflow. If so, prepares the numbers of
// its update and counts it; if not, sets skip.
void accept_step(const Context& context, const StepAcceptance& step);
// y = x, unless *skip is not 0.
void copy_unless(const Context& context, const std::uint64_t* skip, const ConstTensorView& x, const TensorView& y);
}  // namespace weir::cuda
