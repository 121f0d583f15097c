#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <vector>
#include <weir/core/layer.hpp>
#include <weir/core/losses.hpp>

// What Python's weir.Layer and weir.Loss hold.
struct LayerHandle {
  std::shared_ptr<const weir::Layer> layer;
};
struct LossHandle {
  std::shared_ptr<const weir::Loss> loss;
};

// The layer or loss that a Python object stands for; objects of the user's own classes become layers that call them. TypeError for another
// object. `who` begins the message.
std::shared_ptr<const weir::Layer> layer_from(const pybind11::handle& object, const std::string& who);
std::shared_ptr<const weir::Loss> loss_from(const pybind11::handle& object, const std::string& who);

// A loss, or a list of losses or of (loss, weight); None: empty.
weir::Losses losses_from(const pybind11::handle& object, const std::string& who);

// The Python object for a layer of a graph.
pybind11::object layer_object(const std::shared_ptr<const weir::Layer>& layer);
