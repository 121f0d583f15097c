#include <utility>

#include <weir/weir.hpp>

#include "bench/cpu/lazy.hpp"
#include "bench/cpu/timing.hpp"
#include "bench/cpu/workload.hpp"
#include "bench/support/synthetic.hpp"

namespace bench {

std::vector<Workload> inference_workloads() {
  const weir::Graph net = weir::sequential({784}, weir::Dense(128), weir::ReLU(), weir::Dense(10));
  const auto model = lazy([=] { return weir::Model(net, {.max_batch = 1024, .seed = 1}); });
  const auto images = lazy([] { return synthetic_images(1024); });
  const auto seconds = [=](int threads, std::int64_t batch) {
    weir::set_num_threads(threads);
    const weir::ConstTensorView x = std::as_const(images()).view().rows(0, batch);
    weir::Model& m = model();
    return seconds_per_call([&] { m.forward(x); }, 0.05);
  };
  return {{"b1", "us", [=](int threads) { return 1e6 * seconds(threads, 1); }, {{"read_parameters"}, small_net_bytes}},
          {"b1024", "samples/s", [=](int threads) { return 1024 / seconds(threads, 1024); }, {{fma_name}, 203'264}}};
}

}  // namespace bench
