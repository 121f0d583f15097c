#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cctype>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "python/arguments.hpp"

// The classes of Python that stand for a configuration in C++ (layers, losses, optimizers, schedules, callbacks, groups) are made by
// weir/_classes.py from one table, _training.classes. An entry of it: the family, the class's name, its parameters with their defaults, and
// a function that makes the C++ object from the arguments.
struct Parameter {
  std::string name;
  pybind11::object standard;  // the default; Ellipsis: must be given

  Parameter(std::string its_name) : name(std::move(its_name)), standard(pybind11::ellipsis()) {}
  template <class T>
  Parameter(std::string its_name, const T& value) : name(std::move(its_name)), standard(object_of(value)) {}

 private:
  static pybind11::object object_of(const pybind11::object& value) { return value; }
  template <class T>
  static pybind11::object object_of(const T& value) requires(!std::is_base_of_v<pybind11::object, T>) {
    return pybind11::cast(value);
  }
};
using Parameters = std::vector<Parameter>;

// make(Arguments) returns a value of a bound C++ class.
template <class Make>
void add_class(pybind11::module_& m, const char* family, const std::string& name, const std::string& type, const Parameters& parameters,
               Make make) {
  pybind11::list listed;
  for (const Parameter& parameter : parameters) listed.append(pybind11::make_tuple(parameter.name, parameter.standard));
  const pybind11::cpp_function made([name, make](const pybind11::dict& values) { return pybind11::cast(make(Arguments(name, values))); });
  m.attr("classes").cast<pybind11::list>().append(pybind11::make_tuple(family, name, type, listed, made));
}

// "Adam" for weir::AdamOptions.
template <class T>
std::string class_name() {
  std::string name = pybind11::type_id<T>();
  name = name.substr(name.rfind(':') + 1);
  constexpr std::string_view options = "Options";
  return name.ends_with(options) ? name.substr(0, name.size() - options.size()) : name;
}

// The parameters that O::options lists, with the defaults of O, and back.
template <class O, class F>
void for_each_option(F&& f) {
  if constexpr (requires { O::options; }) std::apply([&](const auto&... option) { (f(option), ...); }, O::options);
}

template <class O>
Parameters parameters_of(const O& standard = O()) {
  Parameters parameters;
  for_each_option<O>([&](const auto& option) {
    const auto& value = standard.*option.member;
    const std::string name(option.name);
    if constexpr (requires { option.words; }) {
      parameters.emplace_back(name, std::string(option.words[static_cast<std::size_t>(value)]));
    } else if constexpr (requires { value.has_value(); }) {
      value ? parameters.emplace_back(name, *value) : parameters.emplace_back(name, pybind11::none());
    } else if constexpr (requires { value.begin(); }) {
      parameters.emplace_back(name, pybind11::tuple(pybind11::cast(value)));
    } else {
      parameters.emplace_back(name, value);
    }
  });
  return parameters;
}

template <class O>
O options_of(const Arguments& arguments) {
  O options;
  for_each_option<O>([&](const auto& option) {
    auto& value = options.*option.member;
    if constexpr (requires { option.words; }) {
      value = static_cast<std::remove_cvref_t<decltype(value)>>(
          arguments.word(option.name, std::vector<std::string>(option.words.begin(), option.words.end())));
    } else {
      arguments.get(option.name, value);
    }
  });
  return options;
}
