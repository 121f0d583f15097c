#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>

#include "training/host_device_buffer.hpp"

namespace weir {

// Counts how often the first output whose loss classifies predicts its label.
class AccuracyCounter {
 public:
  AccuracyCounter(const Model& model, const Dataset& data, const Losses& losses);

  bool counts() const { return term_.has_value(); }  // false: no loss classifies
  void reset();
  void add(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch);
  // What add does in two parts, for steps that a device takes on its own: *correct and, where some labels are ignored, *counted, on the
  // device, grow by a batch's; then the host says what came of so many samples.
  void count(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch, std::int64_t* correct,
             std::int64_t* counted) const;
  void add_counted(std::int64_t samples, std::int64_t correct, std::int64_t counted);
  std::optional<double> accuracy(const Context& context);  // nullopt when no loss classifies or nothing was added

 private:
  std::optional<std::size_t> term_;
  std::int64_t rows_of_sample_ = 1, classes_ = 0;
  bool some_ignored_ = false;  // labels outside the classes, which their loss ignores
  std::int64_t rows_ = 0, counted_correct_ = 0, counted_rows_ = 0;
  bool cleared_ = true;                     // the host's zero is ahead of the device
  HostDeviceBuffer<std::int64_t> correct_;  // rows that are right; rows that count, where some do not
};

}  // namespace weir
