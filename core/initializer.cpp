#include <cmath>
#include <cstdio>

#include <weir/core/error.hpp>
#include <weir/core/initializer.hpp>

namespace weir {

namespace {

struct Fans {
  double in, out;
};

// PyTorch's _calculate_fan_in_and_fan_out: [out, in, receptive field ...].
Fans fans(const Shape& shape) {
  if (shape.rank() < 2) {
    throw ShapeError("initializer: " + to_string(shape) +
                     " has no fan in and fan out, expected at least two dimensions. Use uniform or normal.");
  }
  double field = 1;
  for (std::size_t i = 2; i < shape.rank(); ++i) field *= static_cast<double>(shape[i]);
  return {static_cast<double>(shape[1]) * field, static_cast<double>(shape[0]) * field};
}

double require(double value, bool holds, const char* who, const char* expected) {
  if (!holds) throw ConfigError("initializer " + std::string(who) + ": got " + std::to_string(value) + ", expected " + expected + ".");
  return value;
}

double finite(double value, const char* who) { return require(value, std::isfinite(value), who, "a finite number"); }
double scale(double value, const char* who) {
  return require(value, std::isfinite(value) && value >= 0, who, "a finite number of 0 or more");
}

template <class T, class F>
void write(TensorView block, F&& number) {
  const std::span<T> values = block.values<T>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(number(static_cast<std::uint64_t>(i)));
}

template <class F>
void write_any(TensorView block, F&& number) {
  if (block.dtype() == DType::f64) {
    write<double>(block, number);
  } else {
    write<float>(block, number);
  }
}

}  // namespace

Initializer Initializer::constant(double value) { return {Kind::constant, finite(value, "constant"), 0}; }
Initializer Initializer::uniform(double low, double high) {
  return {Kind::uniform, finite(low, "uniform"),
          require(high, std::isfinite(high) && high >= low, "uniform", "a finite bound not below the lower one")};
}
Initializer Initializer::normal(double mean, double deviation) {
  return {Kind::normal, finite(mean, "normal"), scale(deviation, "normal")};
}
Initializer Initializer::he_uniform(double negative_slope) { return {Kind::he_uniform, finite(negative_slope, "he_uniform"), 0}; }
Initializer Initializer::he_normal(double negative_slope) { return {Kind::he_normal, finite(negative_slope, "he_normal"), 0}; }
Initializer Initializer::glorot_uniform(double gain) { return {Kind::glorot_uniform, scale(gain, "glorot_uniform"), 0}; }
Initializer Initializer::glorot_normal(double gain) { return {Kind::glorot_normal, scale(gain, "glorot_normal"), 0}; }

void Initializer::fill(TensorView block, RandomKey key) const {
  const auto uniform = [&](double low, double high) {
    write_any(block, [=](std::uint64_t i) {
      const auto bits = random_bits(key, i);
      return low + (high - low) * uniform01(bits[0], bits[1]);
    });
  };
  const auto normal = [&](double mean, double deviation) {
    write_any(block, [=](std::uint64_t i) { return mean + deviation * random_normal(key, i); });
  };
  const auto he_variance = [&] { return 2 / ((1 + a_ * a_) * fans(block.shape()).in); };
  const auto glorot_variance = [&] { return a_ * a_ * 2 / (fans(block.shape()).in + fans(block.shape()).out); };
  const auto symmetric = [&](double variance) { uniform(-std::sqrt(3 * variance), std::sqrt(3 * variance)); };
  switch (kind_) {
    case Kind::constant:
      return write_any(block, [this](std::uint64_t) { return a_; });
    case Kind::uniform:
      return uniform(a_, b_);
    case Kind::normal:
      return normal(a_, b_);
    case Kind::he_uniform:
      return symmetric(he_variance());
    case Kind::he_normal:
      return normal(0, std::sqrt(he_variance()));
    case Kind::glorot_uniform:
      return symmetric(glorot_variance());
    case Kind::glorot_normal:
      return normal(0, std::sqrt(glorot_variance()));
  }
}

std::string Initializer::describe() const {
  static constexpr const char* names[] = {"constant", "uniform", "normal", "he_uniform", "he_normal", "glorot_uniform", "glorot_normal"};
  char numbers[64];
  const bool two = kind_ == Kind::uniform || kind_ == Kind::normal;
  if (two) {
    std::snprintf(numbers, sizeof numbers, "(%g, %g)", a_, b_);
  } else {
    std::snprintf(numbers, sizeof numbers, "(%g)", a_);
  }
  return names[static_cast<std::size_t>(kind_)] + std::string(numbers);
}

}  // namespace weir
