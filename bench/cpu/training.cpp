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

// One sample is the wall time of a call of fit() that stops after `steps` steps: shuffling, gathering and the finite check are in it.
Workload training(std::string name, std::function<const weir::Dataset&()> data, const weir::Graph& net, std::int64_t batch,
                  const weir::AnyOptimizer& optimizer, std::int64_t steps, double flop) {
  const auto model = lazy([=] { return weir::Model(net, {.max_batch = batch, .seed = 1}); });
  const auto run = [=](std::int64_t wanted) {
    std::int64_t left = wanted;
    weir::FitOptions options{.loss = weir::SoftmaxCrossEntropy(), .optimizer = optimizer, .epochs = 1'000'000, .batch = batch};
    options.on_step = [&](const weir::StepReport&) { return --left == 0 ? weir::Control::stop : weir::Control::go_on; };
    weir::fit(model(), data(), options);
  };
  const auto measure = [=](int threads) {
    weir::set_num_threads(threads);
    run(2);
    const Stopwatch watch;
    run(steps);
    return static_cast<double>(steps * batch) / watch.seconds();
  };
  return {std::move(name), "samples/s", measure, {{fma_name}, flop}};
}

}  // namespace

std::vector<Workload> training_workloads() {
  const auto data = lazy([] { return synthetic_mnist(); });
  using weir::Dense, weir::ReLU;
  const weir::Graph small = weir::sequential({784}, Dense(128), ReLU(), Dense(10));
  const weir::Graph middle = weir::sequential({784}, Dense(512), ReLU(), Dense(512), ReLU(), Dense(10));
  const weir::Graph large = weir::sequential({784}, Dense(2048), ReLU(), Dense(2048), ReLU(), Dense(2048), ReLU(), Dense(10));
  return {training("W1", data, small, 64, weir::SGD({.lr = 0.01}), 800, 409'088),
          training("W2", data, middle, 128, weir::Adam({.lr = 1e-4}), 100, 3'209'216),
          training("W3", data, large, 1024, weir::SGD({.lr = 0.01}), 2, 56'877'056)};
}

}  // namespace bench
