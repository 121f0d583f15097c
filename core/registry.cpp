#include <map>
#include <mutex>
#include <utility>

#include <weir/core/error.hpp>
#include <weir/core/registry.hpp>

namespace weir {

namespace {

struct Registry {
  std::mutex mutex;
  std::map<std::string, LayerFactory> factories;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

void register_layer(std::string type, LayerFactory factory) {
  const std::lock_guard lock(registry().mutex);
  const auto [place, added] = registry().factories.try_emplace(std::move(type), std::move(factory));
  if (!added) throw ConfigError("register_layer: '" + place->first + "' is registered already. Choose another type name.");
}

std::unique_ptr<Layer> make_registered_layer(const std::string& type, const Config& config) {
  LayerFactory factory;
  {
    const std::lock_guard lock(registry().mutex);
    const auto found = registry().factories.find(type);
    if (found == registry().factories.end()) {
      std::string known;
      for (const auto& [name, unused] : registry().factories) known += (known.empty() ? "" : ", ") + name;
      throw ConfigError("layer type '" + type + "': unknown, expected one of: " + known + ". Call weir::register_layer before loading.");
    }
    factory = found->second;
  }
  return factory(config);
}

}  // namespace weir
