#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <weir/core/config.hpp>
#include <weir/core/error.hpp>

namespace weir {

// Maps type names to factories that make an object from its Config. Made by a function in the room that defines weir's own types, at
// its first call and with these: so they are known before the first lookup or registration. Never destroyed: static destructors may use it.
template <class Made>
class Registry {
 public:
  using Factory = std::function<Made(const Config&)>;
  using Factories = std::map<std::string, Factory>;

  // `kind` is used in messages: "layer".
  Registry(std::string kind, Factories own) : kind_(std::move(kind)), factories_(std::move(own)) {}

  // Throws ConfigError when the name is taken.
  void add(std::string type, Factory factory) {
    const std::lock_guard lock(mutex_);
    const auto [place, added] = factories_.try_emplace(std::move(type), std::move(factory));
    if (!added) throw ConfigError("register_" + kind_ + ": '" + place->first + "' is registered already. Choose another type name.");
  }

  // The names of all types, sorted.
  std::vector<std::string> types() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& entry : factories_) names.push_back(entry.first);
    return names;
  }

  // Throws ConfigError for an unknown type; the message lists the known ones.
  Made make(const std::string& type, const Config& config) {
    try {
      return find(type)(config);  // outside the lock: a factory may call make for nested objects
    } catch (const ConfigError& error) {
      constexpr std::string_view nameless = "config: ";  // how the messages of Config's getters begin
      const std::string_view text = error.what();
      if (!text.starts_with(nameless)) throw;
      throw ConfigError(type + ": the option " + std::string(text.substr(nameless.size())));
    }
  }

 private:
  Factory find(const std::string& type) {
    const std::lock_guard lock(mutex_);
    const auto found = factories_.find(type);
    if (found != factories_.end()) return found->second;
    std::string known;
    for (const auto& [name, factory] : factories_) known += (known.empty() ? "" : ", ") + name;
    throw ConfigError(kind_ + " type '" + type + "': unknown, expected one of: " + known + ". Call weir::register_" + kind_ + " first.");
  }

  std::string kind_;
  std::mutex mutex_;
  Factories factories_;
};

}  // namespace weir
