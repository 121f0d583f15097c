#pragma once

#include <exception>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>
#include <weir/core/communicator.hpp>

namespace weir {

// How the ranks of a call agree, so that all of them go on or all of them throw. With one rank no function does anything but call f.
class Ranks {
 public:
  // `who` begins messages: "fit".
  Ranks(std::string who, Communicator communicator) : who_(std::move(who)), communicator_(std::move(communicator)) {}

  bool alone() const { return communicator_.size() == 1; }
  bool is_first() const { return communicator_.is_first(); }
  int rank() const { return communicator_.rank(); }
  int size() const { return communicator_.size(); }
  const Communicator& communicator() const { return communicator_; }
  std::string name(int rank) const { return who_ + ": rank " + std::to_string(rank); }

  // Calls f on every rank; f makes no collective call. If it throws on some, all throw when all have finished it: those their own
  // exception, the others an Error with the message of the first of them.
  template <class F>
  void together(F&& f) {
    if (alone()) return f();
    std::exception_ptr failure;
    std::string message;
    try {
      f();
    } catch (const std::exception& error) {
      failure = std::current_exception();
      message = error.what();
    } catch (...) {
      failure = std::current_exception();
      message = "an exception of an unknown type";
    }
    settle(failure, message);
  }

  // Calls f, which makes collective calls. If it throws on this rank alone, the others' calls throw; together_throws() says beforehand that
  // all ranks throw.
  template <class F>
  auto guarded(F&& f) {
    if (alone()) return f();
    try {
      return f();
    } catch (const std::exception& error) {
      if (!all_throw_) communicator_.abort(error.what());
      throw;
    } catch (...) {
      if (!all_throw_) communicator_.abort("an exception of an unknown type");
      throw;
    }
  }
  void together_throws() { all_throw_ = true; }

  std::vector<std::string> gather(const std::string& own) const;  // the texts of all ranks
  std::string broadcast(int from, std::string text) const;

  template <class T>
  T from_first(T value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!alone()) broadcast_bytes(0, std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  template <class T>
  void from_first(std::span<T> values) const {
    if (!alone()) broadcast_bytes(0, std::as_writable_bytes(values));
  }

 private:
  void settle(const std::exception_ptr& failure, const std::string& message);
  void broadcast_bytes(int from, std::span<std::byte> bytes) const;

  std::string who_;
  Communicator communicator_;
  bool all_throw_ = false;
};

// Gathers one value of each rank on all of them.
template <class T>
void gather_values(const Communicator& communicator, std::span<const T> own, std::span<T> all) {
  static_assert(std::is_trivially_copyable_v<T>);
  communicator.gather(std::as_bytes(own), std::as_writable_bytes(all));
}

}  // namespace weir
