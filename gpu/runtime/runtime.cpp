#include "gpu/runtime/runtime.hpp"

#include <atomic>
#include <mutex>
#include <weir/core/error.hpp>

namespace weir::cuda {

namespace {

std::atomic<const Runtime*> stand_in{nullptr};
std::atomic<std::uint64_t> generation{built_in_generation};

// The message of the first sticky CUDA error. After one, every CUDA call fails, so every later call reports this first cause.
struct Broken {
  std::atomic<bool> set{false};
  std::mutex mutex;
  std::string words;
};

Broken& broken() {
  static Broken state;
  return state;
}

void remember(const std::string& words) {
  const std::lock_guard lock(broken().mutex);
  if (broken().set) return;
  broken().words = words;
  broken().set = true;
}

void forget() {
  const std::lock_guard lock(broken().mutex);
  broken().set = false;
}

}  // namespace

const Runtime& runtime() noexcept {
  const Runtime* replaced = stand_in.load(std::memory_order_acquire);
  return replaced != nullptr ? *replaced : built_in_runtime();
}

std::uint64_t runtime_generation() noexcept { return generation.load(std::memory_order_acquire); }

RuntimeOverride::RuntimeOverride(const Runtime& table) {
  static std::atomic<std::uint64_t> overrides{0};
  forget();
  stand_in = &table;
  generation = ++overrides;
}

RuntimeOverride::~RuntimeOverride() {
  generation = built_in_generation;
  stand_in = nullptr;
  forget();
}

void check(Code code, const char* what) {
  if (code == success) return;
  const std::string words = std::string(what) + ": " + runtime().describe(code) + " (code " + std::to_string(code) + ")";
  if (!runtime().is_sticky(code)) throw DeviceError("cuda: " + words + ".");
  remember(words);
  throw DeviceError("cuda: " + words + ". This program can use no CUDA device any more: save what is on the host and start it again.");
}

void require_usable() {
  if (runtime().missing != nullptr) throw DeviceError("cuda: " + std::string(runtime().missing) + ".");
  if (!broken().set.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(broken().mutex);
  throw DeviceError("cuda: no device can be used after an earlier error: " + broken().words + ". Start the program again.");
}

}  // namespace weir::cuda
