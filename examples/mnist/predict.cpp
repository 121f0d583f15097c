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

// What the model's file says about the data that it was trained on.
struct Origin {
  std::string dataset;
  weir::FieldInfo images;
  std::vector<std::string> classes;
};

Origin origin_of(const std::string& file, const weir::Model& model) {
  const auto metadata = weir::load_metadata(file);
  const auto dataset = metadata.find("dataset");
  const weir::FieldInfo &images = model.data_info().inputs.at(0), &labels = model.data_info().targets.at(0);
  if (dataset == metadata.end() || !images.divisor || images.image == weir::Shape{} || labels.classes.empty()) {
    throw weir::FormatError(file + ": does not say what images it was trained on. Train and write it with ./weir train --save.");
  }
  return {dataset->second, images, labels.classes};
}

Sample test_image(const std::string& folder, const Origin& origin, std::int64_t index) {
  const Images images = find_images(folder, origin.dataset == "custom" ? "" : origin.dataset, false, true);
  const weir::Dataset& test = images.data.test;
  if (index < 0 || index >= test.samples()) {
    throw weir::ConfigError("--index: got " + std::to_string(index) + ", expected 0 to " + std::to_string(test.samples() - 1) + ".");
  }
  const weir::Dataset one = test.slice(index, 1);
  const auto points = one.inputs()[0].values.values<std::uint8_t>();
  const auto label = static_cast<std::size_t>(one.targets()[0].values.values<std::int32_t>()[0]);
  const weir::Shape& extents = origin.images.image;
  return {{extents[1], extents[0], {points.begin(), points.end()}},
          images.name + " test image " + std::to_string(index) + ", a " + origin.classes[label]};
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
  weir::Model model = weir::load_model(options.model, {.max_batch = 1});
  const Origin origin = origin_of(options.model, model);
  const double white = *origin.images.divisor;
  const Sample sample = options.image.empty() ? test_image(options.data, origin, options.index.value_or(0))
                                              : Sample{read_pgm(options.image, white), options.image};
  const auto& points = sample.picture.points;
  const weir::Tensor x = weir::Tensor::from<std::uint8_t>(points, {1, static_cast<std::int64_t>(points.size())});
  const std::vector<double> p = probabilities(weir::predict(model, x));

  draw(sample.picture, white);
  std::printf("\n%s\n", sample.title.c_str());
  std::size_t widest = 2;
  for (const std::string& name : origin.classes) widest = std::max(widest, name.size());
  for (std::size_t i = 0; i < p.size(); ++i) {
    std::printf("%*s %7.3f %% %s\n", static_cast<int>(widest), origin.classes[i].c_str(), 100 * p[i],
                std::string(static_cast<std::size_t>(std::lround(50 * p[i])), '#').c_str());
  }
  std::printf("taken for a %s\n", origin.classes[static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin())].c_str());
}
