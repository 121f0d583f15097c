// Fits a curve to 200 noisy points, of which one in ten is an outlier, and draws it. Uses the Huber loss, which is robust against outliers,
// and cosine annealing of the learning rate. Run: build/release/examples/regression [regression.svg] (takes about a second) Last line to
// expect: wrote regression.svg: the fit is within 0.2 of the curve

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <weir/weir.hpp>

namespace {

constexpr std::size_t points = 200, steps = 300;

double curve(double x) { return std::sin(3 * x) + 0.5 * x; }  // x from -2 to 2

// SVG coordinates of a point; the picture shows x from -2 to 2 and y from -2.5 to 2.5.
std::string place(double x, double y) { return std::to_string(150 * (x + 2)) + "," + std::to_string(80 * (2.5 - y)); }

std::string line(const std::vector<double>& x, const std::vector<double>& y, const char* color) {
  std::string path;
  for (std::size_t i = 0; i < x.size(); ++i) path += place(x[i], y[i]) + " ";
  return "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + std::string(color) + "\" points=\"" + path + "\"/>\n";
}

void draw(const std::string& file, const weir::Tensor& x, const weir::Tensor& y, const std::string& lines) {
  std::ofstream out(file);
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 600 400\">\n";
  for (std::size_t i = 0; i < points; ++i) {
    const std::string at = place(x.values<double>()[i], y.values<double>()[i]);
    const std::size_t comma = at.find(',');
    out << "<circle r=\"2\" fill=\"gray\" cx=\"" << at.substr(0, comma) << "\" cy=\"" << at.substr(comma + 1) << "\"/>\n";
  }
  out << lines << "</svg>\n";
  if (!out.flush()) throw weir::FileError(file + ": cannot be written. Choose another place.");
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string file = argc > 1 ? argv[1] : "regression.svg";
  weir::Tensor x({points, 1}, weir::DType::f64), y({points, 1}, weir::DType::f64), noise({points, 1}, weir::DType::f64);
  weir::Initializer::uniform(-2, 2).fill(x, weir::RandomKey{1});
  weir::Initializer::normal(0, 0.05).fill(noise, weir::RandomKey{2});
  for (std::size_t i = 0; i < points; ++i) {
    y.values<double>()[i] = curve(x.values<double>()[i]) + noise.values<double>()[i] + (i % 10 == 0 ? 1.5 : 0);
  }

  weir::Model model(weir::sequential({1}, weir::Dense(32), weir::Tanh(), weir::Dense(32), weir::Tanh(), weir::Dense(1)),
                    {.dtype = weir::DType::f64, .max_batch = 512, .seed = 1});
  weir::fit(model, weir::Dataset(x.clone(), y.clone()),
            {.loss = weir::Huber({.delta = 0.05}),
             .optimizer = weir::AdamW({.lr = 1e-2}),
             .schedule = weir::CosineAnnealingLR({.T_max = 400}),
             .epochs = 400,
             .batch = 20});

  weir::Tensor along({steps + 1, 1}, weir::DType::f64);
  std::vector<double> places, fitted, truth;
  for (std::size_t i = 0; i <= steps; ++i) along.values<double>()[i] = -1.9 + 3.8 * static_cast<double>(i) / steps;
  const weir::Tensor answers = weir::predict(model, along);
  double worst = 0;
  for (std::size_t i = 0; i <= steps; ++i) {
    places.push_back(along.values<double>()[i]);
    fitted.push_back(answers.values<double>()[i]);
    truth.push_back(curve(places.back()));
    worst = std::max(worst, std::abs(fitted.back() - truth.back()));
  }
  draw(file, x, y, line(places, truth, "silver") + line(places, fitted, "crimson"));
  std::cout << "the largest distance is " << worst << '\n';
  if (!(worst < 0.2)) return 1;
  std::cout << "wrote " << file << ": the fit is within 0.2 of the curve\n";
} catch (const weir::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
