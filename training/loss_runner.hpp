#pragma once

#include <cstdint>
#include <vector>
#include <weir/core/context.hpp>
#include <weir/core/loss.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// Runs the forward of a loss outside a Model, with buffers of its own for up to max_batch samples.
class LossRunner {
 public:
  LossRunner(const Loss& loss, const Shape& output, const Shape& target, std::int64_t max_batch, DType dtype, Device device);

  // The loss of each sample [batch], on the host, valid until the next call. output and target [batch, ...] are on the device.
  ConstTensorView run(const Context& context, const ConstTensorView& output, const ConstTensorView& target);

  // The sum of what run returns, in the order of the samples.
  double sum(const Context& context, const ConstTensorView& output, const ConstTensorView& target);

 private:
  struct Buffer {
    Tensor block;
    bool per_sample;
  };
  void make_buffers(const std::vector<BufferSpec>& specs, std::int64_t max_batch, DType dtype, Device device, std::vector<Buffer>& to);

  const Loss* loss_;
  Tensor y_, host_y_;  // host_y_ is empty on the CPU
  std::vector<Buffer> saved_, scratch_;
  std::vector<TensorView> saved_views_, scratch_views_;
};

}  // namespace weir
