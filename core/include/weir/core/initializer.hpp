#pragma once

#include <cstdint>
#include <string>

#include <weir/core/random.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// How a parameter is filled when a Model is made. For a weight [out, in], fan_in = in and fan_out = out.
// PyTorch's names: he_* is kaiming_*_(mode="fan_in"), glorot_* is xavier_*_.
class Initializer {
 public:
  enum class Kind : std::uint8_t { constant, uniform, normal, he_uniform, he_normal, glorot_uniform, glorot_normal };

  Initializer() = default;  // zeros
  static Initializer zeros() { return {}; }
  static Initializer constant(double value);
  static Initializer uniform(double low, double high);       // U(low, high)
  static Initializer normal(double mean, double deviation);  // N(mean, deviation^2)
  static Initializer he_uniform(double negative_slope = 0);  // U(-b, b), b = sqrt(6 / ((1 + a^2) fan_in)); He et al. 2015
  static Initializer he_normal(double negative_slope = 0);   // N(0, 2 / ((1 + a^2) fan_in))
  static Initializer glorot_uniform(double gain = 1);        // U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)); Glorot, Bengio 2010
  static Initializer glorot_normal(double gain = 1);         // N(0, gain^2 2 / (fan_in + fan_out))

  Kind kind() const { return kind_; }
  double a() const { return a_; }  // the first number of the maker above, or 0
  double b() const { return b_; }  // the second one, or 0

  // Fills a host block of f32 or f64 with numbers that depend on the key alone; f32 gets the f64 numbers rounded.
  void fill(TensorView block, RandomKey key) const;

  std::string describe() const;  // "he_uniform(0)"
  friend bool operator==(const Initializer&, const Initializer&) = default;

 private:
  Initializer(Kind kind, double a, double b) : kind_(kind), a_(a), b_(b) {}
  Kind kind_ = Kind::constant;
  double a_ = 0;
  double b_ = 0;
};

}  // namespace weir
