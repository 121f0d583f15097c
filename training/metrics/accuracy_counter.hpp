#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>

#include "training/host_device_buffer.hpp"

namespace weir {

// Counts correct predictions for the accuracy, of the first output whose loss has a Loss::classification.
class AccuracyCounter {
 public:
  AccuracyCounter(const Model& model, const Dataset& data, const Losses& losses);

  bool counts() const { return term_.has_value(); }  // false: there is no such output
  void add(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch);
  AccuracyCounts take(const Context& context);  // what was added since the last call

  // The same for recorded steps on a device. count, which is recorded: adds a batch's correct rows to *correct and, where some labels are
  // ignored, its counted rows to *counted; both in device memory. rows: the counts that such totals come to after so many samples.
  void count(const Context& context, std::span<const ConstTensorView> outputs, const Batch& batch, std::int64_t* correct,
             std::int64_t* counted) const;
  AccuracyCounts rows(std::int64_t samples, std::int64_t correct, std::int64_t counted) const;

 private:
  std::optional<std::size_t> term_;
  Classification how_;
  std::int64_t rows_of_sample_ = 1, classes_ = 0;
  bool some_ignored_ = false;              // some labels are ignored by the loss: they are outside [0, classes)
  std::int64_t added_ = 0;                 // rows since the last take
  AccuracyCounts taken_;                   // what totals_ held at the last take
  HostDeviceBuffer<std::int64_t> totals_;  // correct rows; counted rows, where some labels are ignored
};

}  // namespace weir
