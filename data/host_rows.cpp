#include "data/host_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>

#include <weir/core/parallel.hpp>

#include "data/gather.hpp"

namespace weir {

namespace {

constexpr std::int64_t tile_bytes = 64 * 1024;

std::int64_t row_bytes(const Field& field) {
  return field.values.shape().without_front().elements() * static_cast<std::int64_t>(size_of(field.values.dtype()));
}

// Bytes of so many rows in a slot, rounded up to keep the next field aligned for any access.
std::int64_t padded_bytes(const Field& field, std::int64_t rows) { return (rows * row_bytes(field) + 255) / 256 * 256; }

std::size_t bytes_of(std::span<const Field* const> fields, std::int64_t rows) {
  std::int64_t sum = 0;
  for (const Field* field : fields) sum += padded_bytes(*field, rows);
  return static_cast<std::size_t>(sum);
}

void copy_rows(const Context& host, const Field& field, std::span<const std::int32_t> order, std::byte* to) {
  const auto* from = static_cast<const std::byte*>(field.values.raw());
  const std::int64_t bytes = row_bytes(field), rows = static_cast<std::int64_t>(order.size());
  const std::int64_t tile_rows = std::max<std::int64_t>(1, tile_bytes / bytes);
  parallel_for(host, (rows + tile_rows - 1) / tile_rows, [&](std::int64_t tile) {
    for (std::int64_t i = tile * tile_rows; i < std::min(rows, (tile + 1) * tile_rows); ++i) {
      std::memcpy(to + i * bytes, from + order[static_cast<std::size_t>(i)] * bytes, static_cast<std::size_t>(bytes));
    }
  });
}

Tensor counted(std::int64_t count) {
  Tensor numbers(Shape{count}, DType::i32);
  std::iota(numbers.values<std::int32_t>().begin(), numbers.values<std::int32_t>().end(), 0);
  return numbers;
}

}  // namespace

HostRows::HostRows(std::vector<const Field*> fields, Device device, std::int64_t batch)
    : fields_(std::move(fields)), ring_(device, bytes_of(fields_, batch)), slot_order_(counted(batch).to(device)) {}

void HostRows::upload(const Context& context, const ConstTensorView& order, std::span<const TensorView> to) {
  const std::int64_t rows = order.elements();
  Context host = context;
  host.device = Device::cpu();
  std::byte* slot = ring_.fill();
  for (const Field* field : fields_) {
    copy_rows(host, *field, order.values<std::int32_t>(), slot);
    slot += padded_bytes(*field, rows);
  }
  const std::byte* uploaded = ring_.send(context, bytes_of(fields_, rows));
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Field& field = *fields_[i];
    const ConstTensorView block(uploaded, field.values.shape().without_front().with_front(rows), field.values.dtype(), context.device);
    cuda::gather(context, block, field.info.divisor.value_or(1), std::as_const(slot_order_).view().rows(0, rows), to[i]);
    uploaded += padded_bytes(field, rows);
  }
  ring_.done(context);
}

}  // namespace weir
