#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weir/core/layer.hpp>

namespace weir {

using LayerFactory = std::function<std::unique_ptr<Layer>(const Config&)>;

// Makes a layer type loadable from files: factory(layer.config()) must return an equivalent layer. weir's own types are registered already.
// Throws ConfigError when the name is taken. May be called from any thread.
void register_layer(std::string type, LayerFactory factory);

// Makes a layer from its type and configuration. Throws ConfigError for an unknown type; the message lists the known ones.
std::unique_ptr<Layer> make_registered_layer(const std::string& type, const Config& config);

// The types that make_registered_layer knows, sorted: layers and losses, weir's and your own.
std::vector<std::string> registered_layers();

}  // namespace weir
