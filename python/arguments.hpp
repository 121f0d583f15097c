#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>
#include <weir/core/initializer.hpp>
#include <weir/core/shape.hpp>
#include <weir/layers/reduction.hpp>

// Values that Python gave by name, as C++ types. A value of another type is a TypeError: "Dense: bias is 3, expected True or False."
class Arguments {
 public:
  Arguments(std::string who, pybind11::dict values) : who_(std::move(who)), values_(std::move(values)) {}

  const std::string& who() const { return who_; }
  pybind11::object at(std::string_view name) const;  // None for a name that was not given
  bool given(std::string_view name) const { return !at(name).is_none(); }

  void get(std::string_view name, bool& value) const;
  void get(std::string_view name, std::int64_t& value) const;
  void get(std::string_view name, double& value) const;  // None is infinity where that is the default
  void get(std::string_view name, std::string& value) const;
  void get(std::string_view name, std::vector<std::int64_t>& value) const;
  void get(std::string_view name, std::vector<double>& value) const;  // None: empty. One number: a list of one
  void get(std::string_view name, weir::Shape& value) const;          // an integer or several
  void get(std::string_view name, weir::Reduction& value) const;
  void get(std::string_view name, weir::Initializer& value) const;
  template <class T>
  void get(std::string_view name, std::optional<T>& value) const {
    value.reset();
    if (given(name)) get(name, value.emplace());
  }

  template <class T>
  T as(std::string_view name) const {
    T value{};
    get(name, value);
    return value;
  }

  // The place of a word in a list of words; ValueError names them.
  std::size_t word(std::string_view name, const std::vector<std::string>& words) const;

  [[noreturn]] void refuse(std::string_view name, const std::string& expected) const;

 private:
  std::string who_;
  pybind11::dict values_;
};

// A path from text, bytes or os.PathLike, in the bytes of the file system. ConfigError for one with a NUL.
std::filesystem::path to_path(const pybind11::handle& value, const std::string& what);

std::int64_t to_integer(const pybind11::handle& value, const std::string& what);  // TypeError; ValueError beyond 64 bits
double to_number(const pybind11::handle& value, const std::string& what);
weir::Shape to_shape(const pybind11::handle& value, const std::string& what);
pybind11::tuple shape_tuple(const weir::Shape& shape);
std::string shown(const pybind11::handle& value);  // repr, shortened
