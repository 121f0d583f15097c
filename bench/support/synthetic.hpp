#pragma once

#include <cstdint>

#include <weir/core/tensor.hpp>
#include <weir/data/dataset.hpp>

namespace bench {

// Data of MNIST's shape: `samples` x 784 bytes, four fifths of them zero, and labels 0 to 9; the divisor is 255. Always the same.
weir::Dataset synthetic_mnist(std::int64_t samples = 60'000);

// The same features as numbers from 0 to 1: [samples, 784], f32.
weir::Tensor synthetic_images(std::int64_t samples);

// Numbers of both signs: [count], f32.
weir::Tensor synthetic_numbers(std::int64_t count);

}  // namespace bench
