#pragma once

#include <cstdint>
#include <string>

#include <weir/core/random.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// PyTorch's mode="fan_in" and "fan_out": whether a weight [out, in, ...] is scaled by its number of inputs or outputs.
enum class Fan : std::uint8_t { in, out };

// How a parameter is filled when a Model is made. For a weight [out, in], fan_in = in and fan_out = out; for [out, in, d...] both are
// multiplied by the product of d. PyTorch calls he_* kaiming_*_ and glorot_* xavier_*_. The functions below throw ConfigError for arguments
// that are not finite or out of range.
//
// For users of the library crysx_nn: its random1 is uniform(0, 1), random2 uniform(-0.3, 0.3), random3 uniform(-1, 1), Xavier
// he_uniform(sqrt(5)), which is U(-1/sqrt(in), 1/sqrt(in)), and He he_normal(). Its NormXavier is U(-b, b) with b = 6 / (sqrt(in) +
// sqrt(out)), which is not Glorot's formula: use uniform(-b, b).
class Initializer {
 public:
  // Append new kinds at the end; describe() indexes its names by them.
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
  static Initializer uniform(double low, double high);       // U(low, high)
  static Initializer normal(double mean, double deviation);  // N(mean, deviation^2)
  static Initializer truncated_normal(double mean,
                                      double deviation);  // N(mean, deviation^2), redrawn if farther than 2 deviations from mean
  static Initializer he_uniform(double negative_slope = 0, Fan fan = Fan::in);  // U(-b, b), b = sqrt(6 / ((1 + a^2) fan)); He et al. 2015
  static Initializer he_normal(double negative_slope = 0, Fan fan = Fan::in);   // N(0, 2 / ((1 + a^2) fan))
  static Initializer glorot_uniform(double gain = 1);   // U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)); Glorot, Bengio 2010
  static Initializer glorot_normal(double gain = 1);    // N(0, gain^2 2 / (fan_in + fan_out))
  static Initializer lecun_uniform(Fan fan = Fan::in);  // U(-b, b), b = sqrt(3 / fan); LeCun et al., "Efficient BackProp" 1998
  static Initializer lecun_normal(Fan fan = Fan::in);   // N(0, 1 / fan)
  // gain times a random matrix [out, all other dimensions] whose rows (or columns, if there are fewer of them) are orthonormal: Q of the QR
  // decomposition of normal numbers, as torch.nn.init.orthogonal_. Saxe, McClelland, Ganguli 2014.
  static Initializer orthogonal(double gain = 1);

  Kind kind() const { return kind_; }
  double a() const { return a_; }  // the first argument of the function that made this, or 0
  double b() const { return b_; }  // the second argument, or 0; for kinds with a fan: 0 is Fan::in, 1 Fan::out

  // Fills a host tensor, f32 or f64; the same key gives the same values (f32: rounded from f64). ShapeError where the kind needs a fan or a
  // matrix and the tensor has fewer than two dimensions, ConfigError for a number that the dtype cannot hold.
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
