#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/data/loader.hpp>

namespace weir {

// The weights of samples, cut into batches in the order of the samples. All memory is taken by the constructor.
class SampleWeights {
 public:
  // `weights` are none, one for all losses or one a loss: [samples] of numbers on the host, which are copied. ConfigError, with `who` in
  // front, for another count, a dtype that is no number's and a weight below 0 or not finite; ShapeError; DeviceError.
  SampleWeights(const std::string& who, std::span<const ConstTensorView> weights, const Model& model, std::size_t losses,
                std::int64_t samples, std::int64_t batch);
  SampleWeights(const SampleWeights&) = delete;  // the loader refers to the data
  SampleWeights& operator=(const SampleWeights&) = delete;

  void shuffle(RandomKey key);  // as a Loader of the samples
  std::span<const ConstTensorView> load(const Context& context, std::int64_t index);

 private:
  std::optional<Dataset> data_;
  std::optional<Loader> loader_;
  std::vector<ConstTensorView> views_;  // of the last batch, one a loss; none without weights
};

}  // namespace weir
