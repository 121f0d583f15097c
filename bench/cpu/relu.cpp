#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "bench/cpu/lazy.hpp"
#include "bench/cpu/timing.hpp"
#include "bench/cpu/workload.hpp"
#include "bench/support/synthetic.hpp"

namespace bench {

namespace {
constexpr long long cached_bytes = 11 << 20;  // an input and an output of this size together exceed most last-level caches
}

// ReLU into the same caller-owned buffers in every call. GB/s: bytes read plus bytes written.
std::vector<Workload> relu_workloads() {
  struct Arrays {
    weir::Tensor x, dy, y;
  };
  const long long most = array_sizes().back();
  const auto arrays = lazy([=] { return Arrays{synthetic_numbers(most), synthetic_numbers(most), weir::Tensor({most})}; });

  std::vector<Workload> all;
  for (const long long size : array_sizes()) {
    const std::string suffix = "/" + std::to_string(size);
    // An output that fits the last-level cache should stay there for its reader, so its limit is the copy with ordinary stores.
    const bool fits = size * static_cast<long long>(sizeof(float)) < cached_bytes;
    const Limit limit{fits ? std::vector<std::string>{"copy" + suffix} : std::vector<std::string>{"copy" + suffix, "stream_copy" + suffix}};
    const auto add = [&](const std::string& name, double bytes, auto function) {
      all.push_back({name + suffix, "GB/s",
                     [=](int threads) {
                       weir::set_num_threads(threads);
                       const auto first = [size](const weir::Tensor& tensor) { return tensor.view().rows(0, size); };
                       const weir::ConstTensorView x = first(arrays().x), dy = first(arrays().dy);
                       const weir::TensorView y = arrays().y.view().rows(0, size);
                       return bytes * static_cast<double>(size) / seconds_per_call([&] { function(x, dy, y); }) / 1e9;
                     },
                     limit});
    };
    using In = const weir::ConstTensorView&;
    using Out = const weir::TensorView&;
    add("relu_forward", 8, [](In x, In, Out y) { weir::relu(x, y); });
    add("relu_grad", 8, [](In x, In, Out g) { weir::relu_grad(x, g); });
    add("relu_backward", 12, [](In y, In dy, Out dx) { weir::relu_backward(y, dy, dx); });
  }
  return all;
}

}  // namespace bench
