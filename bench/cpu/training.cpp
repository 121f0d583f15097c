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

// A sample is the wall time of one call of fit() for an epoch of `steps` steps, including shuffling, gathering and the finite check. Before
// it runs a call of `warm_up` steps.
struct Epoch {
  std::int64_t batch, steps, warm_up;
};

Workload training(std::string name, const std::function<const weir::Dataset&()>& data, const weir::Graph& net, const Epoch& epoch,
                  const weir::AnyOptimizer& optimizer, double flop) {
  const weir::FitOptions options{.loss = weir::SoftmaxCrossEntropy(), .optimizer = optimizer, .batch = epoch.batch};
  const auto part = [=](std::int64_t steps) { return lazy([=] { return data().slice(0, steps * epoch.batch); }); };
  const auto one = part(1), few = part(epoch.warm_up), all = part(epoch.steps);
  const auto trained = lazy([=] {  // the first step allocates moments and buffers
    weir::Model model(net, {.max_batch = epoch.batch, .seed = 1});
    weir::fit(model, one(), options);
    return model;
  });
  const auto measure = [=](int threads) {
    weir::set_num_threads(threads);
    weir::Model& model = trained();
    const weir::Dataset& samples = all();
    if (epoch.warm_up > 0) weir::fit(model, few(), options);
    const Stopwatch watch;
    weir::fit(model, samples, options);
    return static_cast<double>(samples.samples()) / watch.seconds();
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
  return {training("W1", data, small, {.batch = 64, .steps = 937, .warm_up = 2}, weir::SGD({.lr = 0.01}), 409'088),
          training("W2", data, middle, {.batch = 128, .steps = 100, .warm_up = 2}, weir::Adam({.lr = 1e-4}), 3'209'216),
          training("W3", data, large, {.batch = 1024, .steps = 2, .warm_up = 0}, weir::SGD({.lr = 0.01}), 56'877'056)};
}

}  // namespace bench
