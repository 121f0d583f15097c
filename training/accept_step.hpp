#pragma once

#include <cmath>
#include <weir/core/host_device.hpp>

#include "training/step_ops.hpp"

namespace weir {

// count_batch and accept_step in one thread, shared by both devices.

WEIR_HD inline void count(const double* loss, double share, StepNumbers& n) {
  if (n.skip != 0) return;
  n.step_loss += share * *loss;
  ++n.batch;
}

WEIR_HD inline void accept(const StepAcceptance& s) {
  StepNumbers& n = *s.numbers;
  UpdateNumbers& u = s.update[0];
  if (n.skip != 0) return;
  const double* rates = s.rate_table + static_cast<std::int64_t>(n.step) * s.rates;
  const double loss = n.step_loss + s.share * *s.loss;
  if (s.check_finite) {
    bool safe = std::isfinite(loss) && u.kept <= s.safe_magnitude && u.gradient <= s.safe_magnitude &&
                u.gradient + s.most_l1 + s.most_l2 * u.kept <= s.safe_magnitude;  // a NaN is not
    for (std::int64_t i = 0; i < s.rates; ++i) safe = safe && rates[i] <= s.safe_magnitude;
    if (!safe) {
      n.skip = 1;
      return;
    }
    u.kept = 0;  // recomputed by the update
  }
  for (std::int64_t i = 0; i < s.rates; ++i) s.update[i].learning_rate = rates[i];
  u.step = ++*s.model_step - s.first_step;
  u.gradient = 0;
  n.loss = loss;
  n.step_loss = 0;
  n.loss_sum += loss * s.samples;
  n.correct += n.step_correct;
  n.step_correct = 0;
  n.counted += n.step_counted;
  n.step_counted = 0;
  ++n.batch;
  ++n.step;
}

}  // namespace weir
