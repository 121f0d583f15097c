#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "images.hpp"
#include "options.hpp"
#include "pgm.hpp"

namespace {

struct Sample {
  Picture picture;
  std::string title;
};

// What the file says of the data that the model was trained on.
struct Origin {
  std::string dataset;
  double divisor = 255;
};

Origin origin_of(const std::string& model) {
  const auto metadata = weir::load_metadata(model);
  const auto dataset = metadata.find("dataset"), divisor = metadata.find("input.divisor");
  if (dataset == metadata.end() || divisor == metadata.end()) {
    throw weir::FormatError(model + ": does not say how its inputs were scaled. Train and write it with ./weir train --save.");
  }
  return {dataset->second, std::stod(divisor->second)};
}

Sample test_image(const std::string& folder, const Origin& origin, std::int64_t index) {
  const Images images = find_images(folder, origin.dataset == "custom" ? "" : origin.dataset, false, true);
  const weir::Dataset& test = images.data.test;
  if (index < 0 || index >= test.samples()) {
    throw weir::ConfigError("--index: got " + std::to_string(index) + ", expected 0 to " + std::to_string(test.samples() - 1) + ".");
  }
  const weir::Dataset one = test.slice(index, 1);
  const auto points = one.inputs()[0].values.values<std::uint8_t>();
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(points.size())));
  const int label = one.targets()[0].values.values<std::int32_t>()[0];
  return {{side, side, {points.begin(), points.end()}},
          images.name + " test image " + std::to_string(index) + ", a " + std::to_string(label)};
}

void draw(const Picture& picture, double white) {
  static const std::string shades = " .:-=+*#%@";
  for (std::int64_t row = 0; row < picture.height; ++row) {
    std::string line;
    for (std::int64_t column = 0; column < picture.width; ++column) {
      const double point = picture.points[static_cast<std::size_t>(row * picture.width + column)] / white;
      line.append(2, shades[static_cast<std::size_t>(std::min(9.0, point * 9.99))]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  }
}

std::vector<double> probabilities(const weir::Tensor& logits) {
  const auto values = logits.values<float>();
  const double largest = *std::max_element(values.begin(), values.end());
  std::vector<double> result;
  double sum = 0;
  for (const float value : values) {
    result.push_back(std::exp(value - largest));
    sum += result.back();
  }
  for (double& value : result) value /= sum;
  return result;
}

}  // namespace

void predict(const PredictOptions& options) {
  const Origin origin = origin_of(options.model);
  weir::Model model = weir::load_model(options.model, {.max_batch = 1});
  const Sample sample = options.image.empty() ? test_image(options.data, origin, options.index.value_or(0))
                                              : Sample{read_pgm(options.image, origin.divisor), options.image};
  std::vector<float> input;
  for (const std::uint8_t point : sample.picture.points) input.push_back(static_cast<float>(point) / static_cast<float>(origin.divisor));
  const weir::Tensor x = weir::Tensor::from<float>(input, {1, static_cast<std::int64_t>(input.size())});
  const std::vector<double> p = probabilities(weir::predict(model, x));

  draw(sample.picture, origin.divisor);
  std::printf("\n%s\n", sample.title.c_str());
  for (std::size_t digit = 0; digit < p.size(); ++digit) {
    std::printf("%2zu %7.3f %% %s\n", digit, 100 * p[digit],
                std::string(static_cast<std::size_t>(std::lround(50 * p[digit])), '#').c_str());
  }
  std::printf("taken for a %td\n", std::max_element(p.begin(), p.end()) - p.begin());
}
