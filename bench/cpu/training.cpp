#include <cstdint>
#include <functional>
#include <utility>

#include <weir/weir.hpp>

#include "bench/cpu/lazy.hpp"
#include "bench/cpu/timing.hpp"
#include "bench/cpu/workload.hpp"
#include "bench/support/synthetic.hpp"

namespace bench {

namespace {

// One sample is the wall time of a call of fit() for one epoch, after one of two steps: shuffling, gathering and the finite check are in
// it.
Workload training(std::string name, std::function<const weir::Dataset&()> data, const weir::Graph& net, std::int64_t batch,
                  const weir::AnyOptimizer& optimizer, double flop) {
  const auto model = lazy([=] { return weir::Model(net, {.max_batch = batch, .seed = 1}); });
  const auto two_steps = lazy([=] { return data().slice(0, 2 * batch); });
  const auto measure = [=](int threads) {
    weir::set_num_threads(threads);
    const weir::FitOptions options{.loss = weir::SoftmaxCrossEntropy(), .optimizer = optimizer, .batch = batch};
    weir::fit(model(), two_steps(), options);
    const weir::Dataset& all = data();
    const Stopwatch watch;
    weir::fit(model(), all, options);
    return static_cast<double>(all.samples()) / watch.seconds();
  };
  return {std::move(name), "samples/s", measure, {{fma_name}, flop}};
}

}  // namespace

std::vector<Workload> training_workloads() {
  const auto data = lazy([] { return synthetic_mnist(); });
  const auto part = lazy([=] { return data().slice(0, 3 * 1024); });  // an epoch of W3 takes half a minute, gathering a thousandth of it
  using weir::Dense, weir::ReLU;
  const weir::Graph small = weir::sequential({784}, Dense(128), ReLU(), Dense(10));
  const weir::Graph middle = weir::sequential({784}, Dense(512), ReLU(), Dense(512), ReLU(), Dense(10));
  const weir::Graph large = weir::sequential({784}, Dense(2048), ReLU(), Dense(2048), ReLU(), Dense(2048), ReLU(), Dense(10));
  return {training("W1", data, small, 64, weir::SGD({.lr = 0.01}), 409'088),
          training("W2", data, middle, 128, weir::Adam({.lr = 1e-4}), 3'209'216),
          training("W3", part, large, 1024, weir::SGD({.lr = 0.01}), 56'877'056)};
}

}  // namespace bench
