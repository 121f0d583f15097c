// Gathers the rows of a batch from a data set in device memory and converts u8 to floating point on the way.

#include "data/gather.hpp"
#include "gpu/kernels/map.cuh"
#include "gpu/kernels/rows.hpp"

namespace weir::cuda {

namespace {

template <class T, int count>
struct alignas(count * sizeof(T)) Vector {
  T at[count];
};

// One block per row. `order` lists the source rows; if `batch_index` is given, the batch starts at order[*batch_index * batch], with the
// index read from device memory so that a recorded step gathers another batch in each replay.
template <class From, class To>
__global__ void __launch_bounds__(128)
    gather_kernel(const From* from, To divisor, const std::int32_t* order, const std::uint64_t* batch_index, std::int64_t batch,
                  std::int64_t rows, std::int64_t width, bool wide, To* to) {
  constexpr int pack = 16 / static_cast<int>(sizeof(To));
  const std::int64_t begin = batch_index != nullptr ? static_cast<std::int64_t>(*batch_index) * batch : 0;
  const auto convert = [=](From value) {
    if constexpr (sizeof(From) == 1) {
      return static_cast<To>(value) / divisor;
    } else {
      return static_cast<To>(value);
    }
  };
  for (std::int64_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const From* x = from + order[begin + row] * width;
    To* y = to + row * width;
    share_row<pack>(
        width, threadIdx.x, blockDim.x, wide,
        [=](std::int64_t first) {
          const auto in = *reinterpret_cast<const Vector<From, pack>*>(x + first);
          Pack<To> out;
#pragma unroll
          for (int i = 0; i < pack; ++i) out.at[i] = convert(in.at[i]);
          *reinterpret_cast<Pack<To>*>(y + first) = out;
        },
        [=](std::int64_t i) { y[i] = convert(x[i]); });
  }
}

struct Call {
  ConstTensorView from;
  double divisor;
  const std::int32_t* order;
  const std::uint64_t* batch_index;
  std::int64_t batch, rows;
  TensorView to;
};

template <class From, class To>
void gather_rows(const Context& context, const Call& call) {
  if (call.rows == 0) return;
  constexpr int pack = 16 / static_cast<int>(sizeof(To));
  const std::int64_t width = call.to.elements() / call.rows;
  const bool wide =
      width % pack == 0 && is_wide(call.to.raw()) && reinterpret_cast<std::uintptr_t>(call.from.raw()) % alignof(Vector<From, pack>) == 0;
  const std::int64_t most = std::int64_t{stream_of(context.device).multiprocessors} * 32;
  const Grid grid{static_cast<unsigned>(call.rows < most ? call.rows : most), 1, 128, 1};
  launch(context, "gather", gather_kernel<From, To>, grid, data<From>(call.from), static_cast<To>(call.divisor), call.order,
         call.batch_index, call.batch, call.rows, width, wide, data<To>(call.to));
}

template <class To>
void gather_to(const Context& context, const Call& call) {
  switch (call.from.dtype()) {
    case DType::u8:
      return gather_rows<std::uint8_t, To>(context, call);
    case DType::f32:
      return gather_rows<float, To>(context, call);
    default:
      return gather_rows<double, To>(context, call);
  }
}

void gather_any(const Context& context, const Call& call) {
  if (call.to.dtype() == DType::i32) {
    gather_rows<std::int32_t, std::int32_t>(context, call);
  } else if (call.to.dtype() == DType::f32) {
    gather_to<float>(context, call);
  } else {
    gather_to<double>(context, call);
  }
}

}  // namespace

void gather(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order, const TensorView& to) {
  gather_any(context, {from, divisor, data<std::int32_t>(order), nullptr, 0, order.elements(), to});
}

void gather_batch(const Context& context, const ConstTensorView& from, double divisor, const ConstTensorView& order,
                  const std::uint64_t* batch_index, std::int64_t batch, const TensorView& to) {
  gather_any(context, {from, divisor, data<std::int32_t>(order), batch_index, batch, to.shape()[0], to});
}

}  // namespace weir::cuda
