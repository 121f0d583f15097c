#pragma once

#include <cstdint>
#include <string>

#include <weir/core/random.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// The side of a weight [out, in, ...] that its numbers are scaled by: the numbers that add up in one output, or that one input goes to.
enum class Fan : std::uint8_t { in, out };

// How a parameter is filled when a Model is made. For a weight [out, in], fan_in = in and fan_out = out.
// PyTorch's names: he_* is kaiming_*_(mode="fan_in" or "fan_out"), glorot_* is xavier_*_.
//
// What crysx_nn calls: random1 is uniform(0, 1), random2 uniform(-0.3, 0.3), random3 uniform(-1, 1), Xavier U(-1/sqrt(in), 1/sqrt(in)) or
// he_uniform(sqrt(5)), He he_normal(); its NormXavier, U(-b, b) with b = 6 / (sqrt(in) + sqrt(out)), is not Glorot's: write uniform(-b, b).
class Initializer {
 public:
  // New ones go at the end.
  enum class Kind : std::uint8_t {
    constant,
    uniform,
    normal,
    he_uniform,
    he_normal,
    glorot_uniform,
    glorot_normal,
    truncated_normal,
    lecun_uniform,
    lecun_normal,
    orthogonal
  };

  Initializer() = default;  // zeros
  static Initializer zeros() { return {}; }
  static Initializer constant(double value);
  static Initializer uniform(double low, double high);                          // U(low, high)
  static Initializer normal(double mean, double deviation);                     // N(mean, deviation^2)
  static Initializer truncated_normal(double mean, double deviation);           // the same within 2 deviations: others are drawn again
  static Initializer he_uniform(double negative_slope = 0, Fan fan = Fan::in);  // U(-b, b), b = sqrt(6 / ((1 + a^2) fan)); He et al. 2015
  static Initializer he_normal(double negative_slope = 0, Fan fan = Fan::in);   // N(0, 2 / ((1 + a^2) fan))
  static Initializer glorot_uniform(double gain = 1);   // U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)); Glorot, Bengio 2010
  static Initializer glorot_normal(double gain = 1);    // N(0, gain^2 2 / (fan_in + fan_out))
  static Initializer lecun_uniform(Fan fan = Fan::in);  // U(-b, b), b = sqrt(3 / fan); LeCun et al., "Efficient BackProp" 1998
  static Initializer lecun_normal(Fan fan = Fan::in);   // N(0, 1 / fan)
  // gain times a matrix [out, rest] whose rows (or columns, where there are fewer) are orthonormal, evenly spread: from the QR
  // decomposition of normal numbers. torch.nn.init.orthogonal_; Saxe, McClelland, Ganguli 2014.
  static Initializer orthogonal(double gain = 1);

  Kind kind() const { return kind_; }
  double a() const { return a_; }  // the first number of the maker above, or 0
  double b() const { return b_; }  // the second one, or 0; of those with a fan: 0 for in, 1 for out

  // Fills a host block of f32 or f64 with numbers that depend on the key alone; f32 gets the f64 numbers rounded.
  void fill(TensorView block, RandomKey key) const;

  std::string describe() const;  // "he_uniform(0)", "he_uniform(0, fan out)"
  friend bool operator==(const Initializer&, const Initializer&) = default;

 private:
  Initializer(Kind kind, double a, double b) : kind_(kind), a_(a), b_(b) {}
  Kind kind_ = Kind::constant;
  double a_ = 0;
  double b_ = 0;
};

}  // namespace weir
