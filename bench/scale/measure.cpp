#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include <unistd.h>

#include <weir/weir.hpp>

#include "bench/scale/point.hpp"
#include "bench/support/synthetic.hpp"

namespace bench {

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

weir::Graph network(const std::vector<std::int64_t>& widths) {
  weir::Graph net;
  weir::Node node = net.input({widths[0]});
  for (std::size_t i = 1; i + 1 < widths.size(); ++i) node = net.add(weir::ReLU(), {net.add(weir::Dense(widths[i]), {node})});
  net.output(net.add(weir::Dense(widths.back()), {node}));
  return net;
}

// Seconds a step: the mean over an epoch of fit() that takes at least 15 ms.
double sample(const Point& point) {
  constexpr double guess = 20e9, wanted = 0.015;
  const auto steps = std::clamp(static_cast<std::int64_t>(wanted * guess / point.flop), std::int64_t{2}, 65'536 / point.batch + 2);
  const weir::Dataset data = synthetic_mnist(steps * point.batch), first = data.slice(0, point.batch);
  weir::Model model(network(point.widths), {.max_batch = point.batch, .seed = 1});
  const weir::FitOptions options{.loss = weir::SoftmaxCrossEntropy(), .optimizer = weir::SGD({.lr = 0.01}), .batch = point.batch};
  weir::fit(model, first, options);
  const double begin = now();
  weir::fit(model, data, options);
  return (now() - begin) / static_cast<double>(steps);
}

// Bytes a second, read plus written, of a copy that touches `bytes` bytes.
double copy_rate(double bytes) {
  const auto count = static_cast<std::int64_t>(std::clamp(bytes, 65'536.0, 256e6) / 8);
  weir::Tensor from({count}), to({count});
  weir::copy(from, to);
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    const double begin = now();
    int copies = 0;
    for (; copies == 0 || now() - begin < 0.002; ++copies) weir::copy(from, to);
    best = std::max(best, 8.0 * static_cast<double>(count) * copies / (now() - begin));
  }
  return best;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// By what fraction a point lies below the straight line, over log x, through its two neighbours; 0 if it does not.
double below_line(const Point& before, const Point& point, const Point& after) {
  const auto log = [](const Point& p) { return std::log(static_cast<double>(p.x)); };
  const double part = (log(point) - log(before)) / (log(after) - log(before));
  const double line = before.gflops + part * (after.gflops - before.gflops);
  return std::max(0.0, 1 - point.gflops / line);
}

}  // namespace

void measure(std::vector<Point>& points, int samples) {
  weir::set_num_threads(1);
  std::vector<std::vector<double>> seconds(points.size());
  double fma = 0;
  for (int round = 1; round <= samples; ++round) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (isatty(STDERR_FILENO))
        std::fprintf(stderr, "\r\033[Kround %d of %d: %s %lld", round, samples, points[i].line.c_str(),
                     static_cast<long long>(points[i].x));
      seconds[i].push_back(sample(points[i]));
      fma = std::max(fma, weir::sample_fma_rate());
    }
  }
  if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[K");
  for (std::size_t i = 0; i < points.size(); ++i) {
    Point& point = points[i];
    const double step = median(seconds[i]);
    point.microseconds = 1e6 * step;
    point.gflops = point.flop / step / 1e9;
    point.limit_gflops = std::min(fma, point.flop / (point.bytes / copy_rate(point.bytes / 2)) / 1e9);
  }
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    const bool inside = points[i - 1].line == points[i].line && points[i + 1].line == points[i].line;
    if (inside) points[i].below_line = below_line(points[i - 1], points[i], points[i + 1]);
  }
}

}  // namespace bench
