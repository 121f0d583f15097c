#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <weir/core/config.hpp>
#include <weir/core/error.hpp>

namespace weir {

// Maps type names to factories that make an object from its Config. Lives in a static variable of a function in the room that defines
// weir's own types, and is constructed with these: so they are known before the first lookup or registration.
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

  // Throws ConfigError for an unknown type; the message lists the known ones.
  Made make(const std::string& type, const Config& config) {
    return find(type)(config);  // outside the lock: a factory may call make for nested objects
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
