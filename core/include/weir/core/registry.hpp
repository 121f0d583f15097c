#pragma once

#include <functional>
#include <memory>
#include <string>

#include <weir/core/layer.hpp>

namespace weir {

using LayerFactory = std::function<std::unique_ptr<Layer>(const Config&)>;

// Makes a layer type loadable from files: factory(layer.config()) must give a layer that behaves as the first. weir's own types are
// known from the start. Throws ConfigError when the name is taken by another registration. Safe to call from any thread.
void register_layer(std::string type, LayerFactory factory);

// Builds a layer from its type and configuration. Throws ConfigError for an unknown type (the message lists what is known).
std::unique_ptr<Layer> make_registered_layer(const std::string& type, const Config& config);

}  // namespace weir
