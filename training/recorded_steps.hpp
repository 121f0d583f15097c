#pragma once

#include <cstdint>
#include <optional>
#include <weir/core/model.hpp>
#include <weir/data/loader.hpp>

#include "core/graph_capture.hpp"
#include "training/accuracy_counter.hpp"
#include "training/mirror.hpp"
#include "training/step_ops.hpp"
#include "training/updater.hpp"

namespace weir {

// The steps of fit on a CUDA device without the host: the first step of each size runs as it is, is then recorded as one graph (the last
// batch of an epoch, when it is smaller, as another), and from then on replayed. The device judges every step: at one that is not finite,
// or whose update could overflow, it stops by itself; the host, when it reads the numbers, takes that step on its own and with care.
class RecordedSteps {
 public:
  // Whether a step can be recorded: every layer, loss and optimizer can, and the device gets at the data without the host
  // waiting for it. After plan_training.
  static bool possible(const Model& model, const Loader& loader, const Updater& updater);

  // All must outlive this.
  RecordedSteps(Model& model, Loader& loader, AccuracyCounter& counter, Updater& updater, std::int64_t samples);

  struct Taken {
    std::int64_t steps = 0;
    std::int64_t samples = 0;
    double loss = 0;       // of the last one
    double loss_sum = 0;   // over them: the batch's loss times its samples
    bool stopped = false;  // the next one is not the device's to take
  };

  // Takes steps of [first, end) of an epoch whose order the loader has: all of them, unless one is not the device's to take; after such a
  // one only a few at a time. rate_ahead(i, k) is rate i for the k-th of them.
  template <class RateAhead>
  Taken run(const Context& context, std::int64_t first, std::int64_t end, RateAhead&& rate_ahead) {
    end = std::min(end, first + ahead_);
    const auto rates = updater_.rates().size();
    const std::span<double> table = rates_.host();
    bool changed = false;
    for (std::int64_t step = first; step < end; ++step) {
      for (std::size_t i = 0; i < rates; ++i) {
        double& entry = table[static_cast<std::size_t>(step) * rates + i];
        const double rate = rate_ahead(i, static_cast<std::uint64_t>(step - first));
        changed = changed || entry != rate;
        entry = rate;
      }
    }
    return run(context, first, end, changed);
  }

 private:
  // Of one batch size.
  struct Recorded {
    bool warm = false;
    cuda::Graph graph;
  };

  std::int64_t size_of_step(std::int64_t step) const { return std::min(batch_, samples_ - step * batch_); }
  Taken run(const Context& context, std::int64_t first, std::int64_t end, bool rates_changed);
  Taken settle(const Context& context, std::int64_t first);
  void step(const Context& context, std::int64_t index);
  void enqueue(const Context& context, std::int64_t size);

  Model& model_;
  Loader& loader_;
  AccuracyCounter& counter_;
  Updater& updater_;
  std::int64_t batch_, samples_;
  std::int64_t most_ahead_, ahead_;  // steps that are enqueued before the host looks: those after a stop would be for nothing
  Mirror<StepNumbers> numbers_;
  Mirror<double> rates_;  // [steps of an epoch, rates]
  Recorded whole_, last_;
};

}  // namespace weir
