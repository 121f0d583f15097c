#include "bench/scale/point.hpp"

namespace bench {

namespace {

double count_parameters(const Point& p) {
  double count = 0;
  for (std::size_t i = 0; i + 1 < p.widths.size(); ++i) count += static_cast<double>(p.widths[i] * p.widths[i + 1] + p.widths[i + 1]);
  return count;
}

// FLOP of a step: forward, weight gradients, and input gradients (not for the first layer).
double count_flop(const Point& p) {
  double products = 0;
  for (std::size_t i = 0; i + 1 < p.widths.size(); ++i) products += (i == 0 ? 2 : 3) * static_cast<double>(p.widths[i] * p.widths[i + 1]);
  return 2 * products * static_cast<double>(p.batch);
}

// 1, 2, 3, 4, 6, 8, 12, ... from the first to the last.
std::vector<std::int64_t> doubling(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> values;
  for (std::int64_t x = first; x <= last; x *= 2) {
    values.push_back(x);
    if (x > 1 && x * 3 / 2 < last) values.push_back(x * 3 / 2);
  }
  return values;
}

}  // namespace

std::vector<Point> points() {
  std::vector<Point> all;
  const auto add = [&](const char* line, std::int64_t x, std::vector<std::int64_t> widths, std::int64_t batch) {
    Point point{.line = line, .x = x, .widths = std::move(widths), .batch = batch};
    point.flop = count_flop(point);
    point.bytes = 4 * 4 * count_parameters(point);
    all.push_back(std::move(point));
  };
  for (const std::int64_t batch : doubling(1, 8192)) add("batch", batch, {784, 512, 512, 10}, batch);
  for (const std::int64_t width : doubling(32, 4096)) add("width", width, {784, width, width, 10}, 128);
  for (const std::int64_t depth : doubling(1, 32)) {
    std::vector<std::int64_t> widths(static_cast<std::size_t>(depth) + 1, 256);
    widths.front() = 784;
    widths.push_back(10);
    add("depth", depth, std::move(widths), 128);
  }
  return all;
}

}  // namespace bench
