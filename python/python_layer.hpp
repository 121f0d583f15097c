#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <weir/core/layer.hpp>
#include <weir/core/loss.hpp>

// A layer or loss that calls the methods of a Python object (weir.Layer, weir.Loss); nullptr for an object that is of no such class.
std::shared_ptr<const weir::Layer> python_layer(const pybind11::handle& object);
std::shared_ptr<const weir::Loss> python_loss(const pybind11::handle& object);

// Whether a method of such a layer or loss runs in this thread.
bool in_python_layer();

// The Python object of such a layer; None for another layer.
pybind11::object python_object(const weir::Layer& layer);
