#pragma once

#include <cstdint>

#include <weir/core/tensor.hpp>
#include <weir/data/dataset.hpp>

namespace bench {

// Random data of MNIST's shape, always the same: u8 features [samples, 784], four fifths of them 0, divided by 255; labels 0 to 9.
weir::Dataset synthetic_mnist(std::int64_t samples = 60'000);

// The same features as f32 in [0, 1]: [samples, 784].
weir::Tensor synthetic_images(std::int64_t samples);

// Random positive and negative numbers, f32 [count].
weir::Tensor synthetic_numbers(std::int64_t count);

}  // namespace bench
