// Step times and ReLU bandwidth on a CUDA device. Run: build/cuda/bench/bench_gpu --json gpu.json
// (./weir bench times the CPU).
// Takes about a minute on a large device. Last line to expect: "relu backward: ... GB/s, ... % of a device copy".

#include <algorithm>
#include <chrono>
#include <functional>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "bench/support/synthetic.hpp"
#include "examples/support/program.hpp"

namespace {

struct Sample {
  std::string name, precision, unit;
  double median = 0, least = 0, most = 0;
};

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Sample summary(std::string name, std::string precision, std::string unit, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {std::move(name), std::move(precision), std::move(unit), values[values.size() / 2], values.front(), values.back()};
}

struct Net {
  const char* name;
  std::vector<std::int64_t> hidden;
  std::int64_t batch, steps;
  bool adam;
  bool relu_drops_nan = false;
};

weir::Graph graph_of(const Net& net) {
  weir::Graph graph;
  weir::Node node = graph.input({784});
  for (const std::int64_t width : net.hidden)
    node = graph.add(weir::ReLU(), {graph.add(weir::Dense(width, {.relu_drops_nan = net.relu_drops_nan}), {node})});
  graph.output(graph.add(weir::Dense(10), {node}));
  return graph;
}

// Microseconds a step: the time of an epoch of fit, on data in device memory, after a warm-up epoch. It includes shuffling on the host,
// gathering, reading the loss, and fit's copy of the weights to the host after each epoch.
Sample step_time(const Net& net, weir::Device device, weir::Precision precision) {
  weir::Model model(graph_of(net), {.device = device, .max_batch = net.batch, .seed = 1, .precision = precision});
  const weir::Dataset data = bench::synthetic_mnist(net.batch * net.steps);
  std::vector<double> microseconds;
  weir::FitOptions options;
  options.loss = weir::SoftmaxCrossEntropy();
  options.optimizer = net.adam ? weir::AnyOptimizer(weir::Adam({.lr = 1e-4})) : weir::AnyOptimizer(weir::SGD({.lr = 0.01}));
  options.epochs = 6;
  options.batch = net.batch;
  auto begin = std::chrono::steady_clock::now();
  options.on_epoch = [&](const weir::EpochReport& report) {
    const auto end = std::chrono::steady_clock::now();
    if (report.epoch > 1)
      microseconds.push_back(std::chrono::duration<double, std::micro>(end - begin).count() / static_cast<double>(net.steps));
    begin = end;
    return weir::Control::go_on;
  };
  weir::fit(model, data, options);
  return summary(net.name, weir::to_string(precision), "us a step", microseconds);
}

// GB/s, bytes read plus written. All calls are enqueued, then waited for once.
Sample bandwidth(std::string name, double bytes, const weir::Context& context, const weir::TensorView& last,
                 const std::function<void()>& enqueue) {
  constexpr int calls = 20, rounds = 7;
  weir::Tensor one({1}, last.dtype());
  const auto wait = [&] { weir::copy(context, last.reshaped({last.elements()}).rows(0, 1), one); };
  std::vector<double> values;
  for (int round = 0; round <= rounds; ++round) {
    wait();
    const double seconds = seconds_of([&] {
      for (int i = 0; i < calls; ++i) enqueue();
      wait();
    });
    if (round > 0) values.push_back(bytes * calls / seconds / 1e9);
  }
  return summary(std::move(name), "f32", "GB/s", values);
}

std::vector<Sample> relu_bandwidth(weir::Device device, std::int64_t count) {
  const weir::Context context = weir::context_for(device);
  const weir::Tensor x = bench::synthetic_numbers(count).to(device);
  const weir::Tensor dy = bench::synthetic_numbers(count).to(device);
  weir::Tensor y({count}, weir::DType::f32, device);
  const double bytes = 4.0 * static_cast<double>(count);
  return {bandwidth("device copy", 2 * bytes, context, y, [&] { weir::copy(context, x, y); }),
          bandwidth("relu forward", 2 * bytes, context, y, [&] { weir::relu(context, x, y); }),
          bandwidth("relu gradient", 2 * bytes, context, y, [&] { weir::relu_grad(context, x, y); }),
          bandwidth("relu backward", 3 * bytes, context, y, [&] { weir::relu_backward(context, x, dy, y); })};
}

void print(const Sample& sample, double copy) {
  std::cout << std::left << std::setw(44) << sample.name << std::setw(6) << sample.precision << std::right << std::fixed
            << std::setprecision(1) << std::setw(12) << sample.median << " " << sample.unit << "  (" << sample.least << " to "
            << sample.most << ")";
  if (copy > 0) std::cout << ", " << 100 * sample.median / copy << " % of a device copy";
  std::cout << '\n' << std::flush;
}

void write_json(const std::string& file, const std::vector<Sample>& samples) {
  std::ostringstream out;
  out << "{\"device\": \"" << weir::cuda_status() << "\", \"samples\": [";
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& s = samples[i];
    out << (i ? ",\n  " : "\n  ") << "{\"who\": \"weir\", \"name\": \"" << s.name << "\", \"precision\": \"" << s.precision
        << "\", \"unit\": \"" << s.unit << "\", \"median\": " << s.median << ", \"least\": " << s.least << ", \"most\": " << s.most << "}";
  }
  out << "\n]}\n";
  weir::write_file(file, out.str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("weir on a CUDA device: microseconds a training step, GB/s of ReLU.", "bench_gpu");
  std::string json;
  bool quick = false, on_cpu = false;
  app.add_option("--json", json, "Write the figures to this file")->check(program::not_empty());
  app.add_flag("--quick", quick, "The two small networks and a small ReLU alone");
  app.add_flag("--cpu", on_cpu, "Run on the CPU, to try the program where there is no device");
  return program::run(app, argc, argv, [&] {
    if (!json.empty()) weir::check_writable(json);
    const weir::Device device = on_cpu ? weir::Device::cpu() : weir::Device::cuda();
    if (!on_cpu && weir::best_device().is_cpu()) throw weir::DeviceError("no device: " + weir::cuda_status() + ". Use --cpu to try it.");
    std::cout << weir::cuda_status() << "\nFP32 unless another precision is named; medians of 5 epochs, least and most\n\n";
    const std::vector<Net> nets = {{"784-128-10, batch 64", {128}, 64, quick ? 50 : 900, false},
                                   {"784-512-512-10, batch 128", {512, 512}, 128, quick ? 20 : 450, true},
                                   {"784-2048x3-10, batch 1024", {2048, 2048, 2048}, 1024, 50, false},
                                   {"784-4096x3-10, batch 8192", {4096, 4096, 4096}, 8192, 6, false},
                                   {"784-2048x3-10, batch 1024, relu drops nan", {2048, 2048, 2048}, 1024, 50, false, true},
                                   {"784-4096x3-10, batch 8192, relu drops nan", {4096, 4096, 4096}, 8192, 6, false, true}};
    std::vector<weir::Precision> precisions = {weir::Precision::f32};
    if (device.is_cuda()) precisions = {weir::Precision::f32, weir::Precision::tf32, weir::Precision::bf16};
    std::vector<Sample> samples;
    for (const weir::Precision precision : precisions) {
      for (std::size_t i = 0; i < (quick ? 2 : nets.size()); ++i) {
        samples.push_back(step_time(nets[i], device, precision));
        print(samples.back(), 0);
      }
    }
    double copy = 0;
    for (const Sample& sample : relu_bandwidth(device, quick ? 1'000'000 : 100'000'000)) {
      samples.push_back(sample);
      print(sample, copy);
      if (copy == 0) copy = sample.median;
    }
    if (!json.empty()) write_json(json, samples);
  });
}
