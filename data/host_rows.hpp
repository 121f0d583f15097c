#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <weir/core/context.hpp>
#include <weir/data/dataset.hpp>

#include "core/upload_ring.hpp"

namespace weir {

// Copies batches of data that does not fit a CUDA device to it: the host copies a batch's rows into a slot of an upload ring, unconverted
// (bytes are a quarter of the floats that they become), and on the device the gather kernel converts them as it converts resident data, to
// the same bits and into the same buffers, so that a recorded step can read them.
class HostRows {
 public:
  // The fields must outlive this. DeviceError when there is no memory, on the host or on the device.
  HostRows(std::vector<const Field*> fields, Device device, std::int64_t batch);

  // Enqueues work after which to[i], on the device, holds rows order[0], order[1], ... of field i. The order is an i32 block of the host.
  void upload(const Context& context, const ConstTensorView& order, std::span<const TensorView> to);

 private:
  std::vector<const Field*> fields_;
  cuda::UploadRing ring_;
  Tensor slot_order_;  // 0, 1, 2, ... on the device: the rows of a slot are gathered as they lie
};

}  // namespace weir
