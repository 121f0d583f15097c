#include "bench/scale/plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bench {

namespace {

constexpr double panel_width = 300, panel_height = 240, left = 60, top = 60, gap = 50, bottom = 60;

std::string text(double x, double y, const std::string& anchor, const std::string& content) {
  char begin[128];
  std::snprintf(begin, sizeof begin, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor.c_str());
  return begin + content + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  char all[192];
  std::snprintf(all, sizeof all, "<path d=\"M%.1f %.1fL%.1f %.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, style);
  return all;
}

// One panel of the plot: x on a logarithmic axis, y from 0 to `most`.
class Panel {
 public:
  Panel(const std::vector<Point>& points, double x, double most) : points_(points), x_(x), most_(most) {}

  std::string draw() const {
    std::string svg = frame();
    svg += curve([](const Point& p) { return p.limit_gflops; }, "limit") + curve([](const Point& p) { return p.gflops; }, "rate");
    for (const Point& p : points_) {
      char dot[96];
      std::snprintf(dot, sizeof dot, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n", place(p.x), height(p.gflops));
      svg += dot;
    }
    return svg;
  }

 private:
  double place(std::int64_t x) const {
    const auto log = [](std::int64_t value) { return std::log2(static_cast<double>(value)); };
    return x_ + panel_width * (log(x) - log(points_.front().x)) / (log(points_.back().x) - log(points_.front().x));
  }
  double height(double gflops) const { return top + panel_height * (1 - gflops / most_); }

  std::string frame() const {
    std::string svg;
    for (int i = 0; i <= 4; ++i) {
      const double value = most_ * i / 4;
      svg += line(x_, height(value), x_ + panel_width, height(value), "grid");
      if (x_ < left + 1) svg += text(x_ - 6, height(value) + 4, "end", std::to_string(static_cast<int>(std::lround(value))));
    }
    const std::int64_t apart = points_.back().x / points_.front().x > 64 ? 4 : 2;
    for (std::int64_t x = points_.front().x; x <= points_.back().x; x *= apart) {
      svg += text(place(x), top + panel_height + 16, "middle", std::to_string(x));
    }
    return svg + text(x_ + panel_width / 2, top + panel_height + 36, "middle", points_.front().line);
  }

  template <class F>
  std::string curve(F value, const char* style) const {
    std::string d;
    for (const Point& p : points_) {
      char step[48];
      std::snprintf(step, sizeof step, "%s%.1f %.1f", d.empty() ? "M" : "L", place(p.x), height(value(p)));
      d += step;
    }
    return "<path d=\"" + d + "\" class=\"" + style + "\"/>\n";
  }

  std::vector<Point> points_;
  double x_, most_;
};

}  // namespace

std::string plot(const std::vector<Point>& points, const std::string& title) {
  double most = 0;
  for (const Point& point : points) most = std::max({most, point.limit_gflops, point.gflops});
  most = 40 * std::ceil(most / 40);

  std::string panels;
  double x = left;
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t end = begin;
    while (end < points.size() && points[end].line == points[begin].line) ++end;
    panels +=
        Panel({points.begin() + static_cast<std::ptrdiff_t>(begin), points.begin() + static_cast<std::ptrdiff_t>(end)}, x, most).draw();
    x += panel_width + gap;
    begin = end;
  }
  char size[128];
  std::snprintf(size, sizeof size, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\">\n", x,
                top + panel_height + bottom);
  return size +
         std::string(
             "<style>text{font:12px sans-serif}path{fill:none}.grid{stroke:#ddd}.limit{stroke:#b00;stroke-dasharray:5 3}"
             ".rate{stroke:#05a;stroke-width:1.5}circle{fill:#05a}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n") +
         text(left, 24, "start", title) +
         text(left, 42, "start", "GFLOP/s of a training step; dashed: what multiply-adds and memory allow") + panels + "</svg>\n";
}

}  // namespace bench
