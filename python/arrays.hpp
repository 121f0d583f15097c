#pragma once

#include <pybind11/numpy.h>

#include <string>
#include <weir/core/tensor.hpp>
#include <weir/core/tensor_view.hpp>

// A host array as weir sees it: a view, and the object that keeps its memory alive.
struct HostArray {
  pybind11::array owner;
  weir::ConstTensorView view;
};

weir::Shape shape_of(const pybind11::array& array);
std::string shape_text(const pybind11::array& array);  // "[2, 3]"
std::string dtype_text(const pybind11::array& array);  // "float32"
pybind11::dtype numpy_dtype(weir::DType dtype);

// The object as an array without a copy where NumPy makes none: an ndarray as it is, what has __array__ or a buffer, DLPack, or a list.
// DeviceError for memory of another device than the CPU. `what` is named in messages: "relu: x".
pybind11::array as_array(const pybind11::object& object, const std::string& what);

// The array as a view without a copy, if its dtype is weir's (f32, f64, i32, i64, u8), native and it is C-contiguous and aligned; otherwise
// of a C-contiguous copy of the same dtype. `who` is named in messages. TypeError for another dtype.
HostArray host_array(const pybind11::object& object, const std::string& who);

// The memory of a tensor as an array that owns it; a copy of a view.
pybind11::array to_numpy(weir::Tensor tensor);
pybind11::array to_numpy(const weir::ConstTensorView& view);
