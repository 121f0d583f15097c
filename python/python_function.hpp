#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>

// A Python object that C++ may copy and drop without holding the GIL.
class PythonObject {
 public:
  explicit PythonObject(pybind11::object object)
      : object_(new pybind11::object(std::move(object)), [](pybind11::object* held) {
          if (!Py_IsInitialized()) return;  // at the very end of the process: leave it
          const pybind11::gil_scoped_acquire gil;
          delete held;
        }) {}

  const pybind11::object& operator*() const { return *object_; }
  const pybind11::object* operator->() const { return object_.get(); }
  const std::shared_ptr<pybind11::object>& owner() const { return object_; }

 private:
  std::shared_ptr<pybind11::object> object_;
};

// A Python function for C++; call it with the GIL held. TypeError for an object that cannot be called.
class PythonFunction {
 public:
  PythonFunction(pybind11::object function, const std::string& what) : function_(std::move(function)) {
    if (!PyCallable_Check(function_->ptr())) {
      throw pybind11::type_error(what + " is " + pybind11::repr(*function_).cast<std::string>() + ", expected a function.");
    }
  }

  template <class... Args>
  pybind11::object operator()(Args&&... args) const {
    return (*function_)(std::forward<Args>(args)...);
  }

 private:
  PythonObject function_;
};
