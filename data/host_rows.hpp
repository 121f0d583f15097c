#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <weir/core/context.hpp>
#include <weir/data/dataset.hpp>

#include "core/upload_ring.hpp"

namespace weir {

// How batches of data that does not fit a CUDA device get there: the host puts their rows together as they are (bytes stay bytes, a
// quarter of what floats would be on the way), a ring takes them over, and there the gather kernel makes numbers of them that it would
// have made of resident data, to the same bits. So what a batch becomes lies where it always lies and one recorded step reads it; that
// the rows are read once more on the device costs little beside their way there.
class HostRows {
 public:
  // The fields must outlive this. DeviceError when there is no memory, on the host or on the device.
  HostRows(std::vector<const Field*> fields, Device device, std::int64_t batch);

  // to[i] becomes rows order[0], order[1], ... of field i, on the device: by work that is enqueued. The order is an i32 block of the host.
  void bring(const Context& context, const ConstTensorView& order, std::span<const TensorView> to);

 private:
  std::vector<const Field*> fields_;
  cuda::UploadRing ring_;
  Tensor as_they_come_;  // 0, 1, 2, ... on the device: the order of the rows in a slot
};

}  // namespace weir
