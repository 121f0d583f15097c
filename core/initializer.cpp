#include <Eigen/QR>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/initializer.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/text.hpp"

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
  if (!holds) throw ConfigError("initializer " + std::string(who) + ": got " + number_text(value) + ", expected " + expected + ".");
  return value;
}

double finite(double value, const char* who) { return require(value, std::isfinite(value), who, "a finite number"); }
double scale(double value, const char* who) {
  return require(value, std::isfinite(value) && value >= 0, who, "a finite number of 0 or more");
}

double number_of(Fan fan) { return fan == Fan::out ? 1 : 0; }

// A standard normal number in [-2, 2], by rejection; each new attempt draws from another stream.
double truncated_normal_number(RandomKey key, std::uint64_t i) {
  double z = random_normal(key, i);
  for (std::uint64_t attempt = 1; std::abs(z) > 2; ++attempt) z = random_normal(key.with(attempt), i);
  return z;
}

// Replaces a row-major matrix with `rows` rows by one whose rows (or columns, if there are fewer of them) are orthonormal: Q of its QR
// decomposition, or of its transpose's if the matrix is wider than tall, with each column times the sign of R's diagonal, which makes the
// decomposition unique. Single-threaded.
void orthogonalize(std::vector<double>& matrix, std::size_t rows) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto height = static_cast<Eigen::Index>(rows), width = static_cast<Eigen::Index>(matrix.size() / rows);
  Eigen::Map<RowMajor> map(matrix.data(), height, width);
  const Eigen::MatrixXd tall = height < width ? Eigen::MatrixXd(map.transpose()) : Eigen::MatrixXd(map);
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(tall);
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall.rows(), tall.cols());
  for (Eigen::Index j = 0; j < q.cols(); ++j) {
    if (qr.matrixQR()(j, j) < 0) q.col(j) *= -1;
  }
  if (height < width) {
    map = q.transpose();
  } else {
    map = q;
  }
}

// A random orthogonal matrix of the shape [out, product of the other extents], row-major.
std::vector<double> orthogonal_matrix(const Shape& shape, RandomKey key) {
  if (shape.rank() < 2) {
    throw ShapeError("initializer: " + to_string(shape) + " is no matrix, expected at least two dimensions. Use uniform or normal.");
  }
  std::vector<double> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = random_normal(key, i);
  if (!values.empty()) orthogonalize(values, static_cast<std::size_t>(shape[0]));
  return values;
}

template <class T, class F>
void write(TensorView block, F&& number) {
  const std::span<T> values = block.values<T>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = number(static_cast<std::uint64_t>(i));
    if (!(std::abs(value) <= std::numeric_limits<T>::max())) {
      throw ConfigError("initializer: gives " + number_text(value) + ", which " + to_string(block.dtype()) +
                        " cannot hold. Give it smaller numbers.");
    }
    values[i] = static_cast<T>(value);
  }
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
Initializer Initializer::truncated_normal(double mean, double deviation) {
  return {Kind::truncated_normal, finite(mean, "truncated_normal"), scale(deviation, "truncated_normal")};
}
Initializer Initializer::he_uniform(double negative_slope, Fan fan) {
  return {Kind::he_uniform, finite(negative_slope, "he_uniform"), number_of(fan)};
}
Initializer Initializer::he_normal(double negative_slope, Fan fan) {
  return {Kind::he_normal, finite(negative_slope, "he_normal"), number_of(fan)};
}
Initializer Initializer::lecun_uniform(Fan fan) { return {Kind::lecun_uniform, 0, number_of(fan)}; }
Initializer Initializer::lecun_normal(Fan fan) { return {Kind::lecun_normal, 0, number_of(fan)}; }
Initializer Initializer::orthogonal(double gain) { return {Kind::orthogonal, scale(gain, "orthogonal"), 0}; }
Initializer Initializer::glorot_uniform(double gain) { return {Kind::glorot_uniform, scale(gain, "glorot_uniform"), 0}; }
Initializer Initializer::glorot_normal(double gain) { return {Kind::glorot_normal, scale(gain, "glorot_normal"), 0}; }

void Initializer::fill(TensorView block, RandomKey key) const {
  const cpu::StandardFloats standard;
  const auto uniform = [&](double low, double high) {
    write_any(block, [=](std::uint64_t i) {
      const auto bits = random_bits(key, i);
      return low + (high - low) * uniform01(bits[0], bits[1]);
    });
  };
  const auto normal = [&](double mean, double deviation) {
    write_any(block, [=](std::uint64_t i) { return mean + deviation * random_normal(key, i); });
  };
  const auto fan = [&] { return b_ == 0 ? fans(block.shape()).in : fans(block.shape()).out; };
  const auto he_variance = [&] { return 2 / ((1 + a_ * a_) * fan()); };
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
    case Kind::truncated_normal:
      return write_any(block, [=, this](std::uint64_t i) { return a_ + b_ * truncated_normal_number(key, i); });
    case Kind::lecun_uniform:
      return symmetric(1 / fan());
    case Kind::lecun_normal:
      return normal(0, std::sqrt(1 / fan()));
    case Kind::orthogonal: {
      const std::vector<double> values = orthogonal_matrix(block.shape(), key);
      return write_any(block, [&](std::uint64_t i) { return a_ * values[i]; });
    }
  }
}

std::string Initializer::describe() const {
  static constexpr const char* names[] = {"constant",      "uniform",        "normal",        "he_uniform",
                                          "he_normal",     "glorot_uniform", "glorot_normal", "truncated_normal",
                                          "lecun_uniform", "lecun_normal",   "orthogonal"};
  const std::string name = names[static_cast<std::size_t>(kind_)];
  const auto numbers = [this](const std::string& second) { return "(" + number_text(a_) + second + ")"; };
  const bool lecun = kind_ == Kind::lecun_uniform || kind_ == Kind::lecun_normal;
  if (kind_ == Kind::uniform || kind_ == Kind::normal || kind_ == Kind::truncated_normal) {
    return name + numbers(", " + number_text(b_));
  }
  if (lecun) return name + (b_ == 0 ? "(fan in)" : "(fan out)");
  return name + numbers(b_ == 0 ? "" : ", fan out");
}

}  // namespace weir
