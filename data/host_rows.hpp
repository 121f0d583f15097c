#pragma once

#include <span>
#include <vector>

#include <weir/core/context.hpp>
#include <weir/data/dataset.hpp>

#include "core/upload_ring.hpp"

namespace weir {

// Feeds batches of data that does not fit on a CUDA device: the host copies the rows of a batch, unconverted, into a slot of an upload ring
// (u8 is a quarter of f32), and the gather kernel on the device converts them as it converts resident data, to the same bits and into the
// same buffers, so that a recorded step can read them.
class HostRows {
 public:
  // The fields must outlive this object. DeviceError when memory runs out on the host or device.
  HostRows(std::vector<const Field*> fields, Device device, std::int64_t batch);

  // Enqueues work that copies rows order[0], order[1], ... of field i to to[i] on the device. `order` is an i32 host block.
  void upload(const Context& context, const ConstTensorView& order, std::span<const TensorView> to);

 private:
  std::vector<const Field*> fields_;
  cuda::UploadRing ring_;
  Tensor slot_order_;  // 0, 1, 2, ... on the device: rows of a slot are already in order
};

}  // namespace weir
