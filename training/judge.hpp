#pragma once

#include <cmath>
#include <weir/core/host_device.hpp>

#include "training/step_ops.hpp"

namespace weir {

// judge_step by one thread, for both devices.
WEIR_HD inline void judge(const StepJudgement& s) {
  StepNumbers& n = *s.numbers;
  UpdateNumbers& u = s.update[0];
  if (n.skip != 0) return;
  const double* rates = s.rate_table + static_cast<std::int64_t>(n.batch) * s.rates;
  if (s.check_finite) {
    bool safe = std::isfinite(*s.loss) && u.kept <= s.safe_magnitude && u.gradient <= s.safe_magnitude &&
                u.gradient + s.most_l1 + s.most_l2 * u.kept <= s.safe_magnitude;  // a NaN is not
    for (std::int64_t i = 0; i < s.rates; ++i) safe = safe && rates[i] <= s.safe_magnitude;
    if (!safe) {
      n.skip = 1;
      return;
    }
    u.kept = 0;  // the update finds it anew
  }
  for (std::int64_t i = 0; i < s.rates; ++i) s.update[i].learning_rate = rates[i];
  u.step = ++*s.model_step - s.first_step;
  u.gradient = 0;
  n.loss = *s.loss;
  n.loss_sum += *s.loss * s.samples;
  n.correct += n.batch_correct;
  n.batch_correct = 0;
  n.counted += n.batch_counted;
  n.batch_counted = 0;
  ++n.batch;
}

}  // namespace weir
