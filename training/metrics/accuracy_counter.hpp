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
  void add(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch);
  AccuracyCounts take(const Context& context);  // what was added since the last call

  // The same for steps that a device takes on its own: *correct and, where some labels are ignored, *counted, on the device, grow by a
  // batch's. Then rows() says what they are for so many samples.
  void count(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch, std::int64_t* correct,
             std::int64_t* counted) const;
  AccuracyCounts rows(std::int64_t samples, std::int64_t correct, std::int64_t counted) const;

 private:
  std::optional<std::size_t> term_;
  std::int64_t rows_of_sample_ = 1, classes_ = 0;
  bool some_ignored_ = false;              // labels outside the classes, which their loss ignores
  std::int64_t added_ = 0;                 // rows since the last take
  AccuracyCounts taken_;                   // of totals_, before the last take
  HostDeviceBuffer<std::int64_t> totals_;  // rows that are right; rows that count, where some do not
};

}  // namespace weir
