#include "training/loss_runner.hpp"

#include <weir/core/array.hpp>

#include "core/typed.hpp"

namespace weir {

LossRunner::LossRunner(const Loss& loss, const Shape& output, const Shape& target, std::int64_t max_batch, DType dtype, Device device)
    : loss_(&loss), y_(Shape{max_batch}, dtype, device), host_y_(device.is_cpu() ? Tensor() : Tensor(Shape{max_batch}, dtype)) {
  const Shape shapes[] = {output, target};
  const LayerPlan plan = loss.infer(shapes);
  make_buffers(plan.saved, max_batch, dtype, device, saved_);
  make_buffers(plan.scratch, max_batch, dtype, device, scratch_);
  saved_views_.resize(saved_.size());
  scratch_views_.resize(scratch_.size());
}

void LossRunner::make_buffers(const std::vector<BufferSpec>& specs, std::int64_t max_batch, DType dtype, Device device,
                              std::vector<Buffer>& to) {
  for (const BufferSpec& spec : specs) {
    const DType storage = dtype_for(spec.storage, dtype);
    to.push_back({Tensor(spec.per_sample ? spec.shape.with_front(max_batch) : spec.shape, storage, device), spec.per_sample});
  }
}

ConstTensorView LossRunner::run(const Context& context, const ConstTensorView& output, const ConstTensorView& target) {
  const std::int64_t batch = output.shape()[0];
  const auto cut = [batch](std::vector<Buffer>& buffers, std::vector<TensorView>& views) {
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      const TensorView whole = buffers[i].block;
      views[i] = buffers[i].per_sample ? whole.rows(0, batch) : whole;
    }
  };
  cut(saved_, saved_views_);
  cut(scratch_, scratch_views_);
  const ConstTensorView x[] = {output, target};
  LayerArgs args;
  args.batch = batch;
  args.x = x;
  args.y = y_.view().rows(0, batch);
  args.saved = saved_views_;
  args.scratch = scratch_views_;
  loss_->forward(context, args);
  if (host_y_.empty()) return args.y;
  const TensorView host = host_y_.view().rows(0, batch);
  copy(context, args.y, host);
  return host;
}

double LossRunner::sum(const Context& context, const ConstTensorView& output, const ConstTensorView& target) {
  const ConstTensorView y = run(context, output, target);
  double total = 0;
  typed(y.dtype(), [&](auto t) {
    for (const auto value : y.values<decltype(t)>()) total += static_cast<double>(value);
  });
  return total;
}

}  // namespace weir
