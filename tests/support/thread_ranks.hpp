#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <weir/core/communicator.hpp>
#include <weir/core/error.hpp>

#include "core/typed.hpp"

namespace weir::test {

// Ranks as threads of one process: what MPI does between processes, and a count of it.
class ThreadRanks {
 public:
  explicit ThreadRanks(int size) : sent_(static_cast<std::size_t>(size)), size_(size) {}

  Communicator communicator(int rank);
  std::size_t bytes_sent(int rank) const { return sent_[static_cast<std::size_t>(rank)]; }

 private:
  class Rank;
  using Key = std::pair<int, int>;  // from, to

  void send(int from, int to, const void* data, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    sent_[static_cast<std::size_t>(from)] += bytes;
    mail_[{from, to}].emplace_back(static_cast<const std::byte*>(data), static_cast<const std::byte*>(data) + bytes);
    changed_.notify_all();
  }

  void receive(int from, int to, void* data, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    std::deque<std::vector<std::byte>>& mail = mail_[{from, to}];
    changed_.wait(lock, [&] { return !mail.empty() || !failure_.empty(); });
    if (!failure_.empty()) throw Error(failure_);
    if (mail.front().size() != bytes) throw Error("thread ranks: a message of another size: the calls do not belong together");
    std::memcpy(data, mail.front().data(), bytes);
    mail.pop_front();
  }

  void fail(const std::string& message) {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) failure_ = message;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, std::deque<std::vector<std::byte>>> mail_;
  std::vector<std::size_t> sent_;
  std::string failure_;
  int size_;
};

class ThreadRanks::Rank : public Transport {
 public:
  Rank(ThreadRanks& all, int rank) : all_(all), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return all_.size_; }
  std::string describe() const override { return "threads"; }

  void exchange(const Context&, std::span<const Outgoing> outgoing, std::span<const Incoming> incoming) override {
    for (const Outgoing& o : outgoing) all_.send(rank_, o.to, o.block.raw(), bytes_of(o.block));
    for (const Incoming& i : incoming) all_.receive(i.from, rank_, i.block.raw(), bytes_of(i.block));
  }
  void broadcast(const Context&, int from, const TensorView& block) override {
    if (rank_ != from) return all_.receive(from, rank_, block.raw(), bytes_of(block));
    for (int r = 0; r < size(); ++r) {
      if (r != rank_) all_.send(rank_, r, block.raw(), bytes_of(block));
    }
  }
  // In the order of the ranks, counted from the last.
  void sum(const Context& context, const TensorView& block) override {
    const std::size_t bytes = bytes_of(block);
    std::vector<std::byte> own(bytes), all(bytes * static_cast<std::size_t>(size()));
    std::memcpy(own.data(), block.raw(), bytes);
    gather(own, all);
    static_cast<void>(context);
    typed(block.dtype(), [&]<class T>(T) {
      const auto values = block.values<T>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = 0;
        for (int r = size(); r-- > 0;) {
          T value;
          std::memcpy(&value, all.data() + static_cast<std::size_t>(r) * bytes + i * sizeof(T), sizeof(T));
          values[i] += value;
        }
      }
    });
  }
  void gather(std::span<const std::byte> own, std::span<std::byte> all) override {
    for (int r = 0; r < size(); ++r) all_.send(rank_, r, own.data(), own.size());
    for (int r = 0; r < size(); ++r) all_.receive(r, rank_, all.data() + static_cast<std::size_t>(r) * own.size(), own.size());
  }
  void barrier() override {
    std::vector<std::byte> own(1), all(static_cast<std::size_t>(size()));
    gather(own, all);
  }
  void abort(const std::string& message) noexcept override { all_.fail("rank " + std::to_string(rank_) + " failed: " + message); }

 private:
  template <class View>
  static std::size_t bytes_of(const View& view) {
    return static_cast<std::size_t>(view.elements()) * size_of(view.dtype());
  }

  ThreadRanks& all_;
  int rank_;
};

inline Communicator ThreadRanks::communicator(int rank) { return Communicator(std::make_shared<Rank>(*this, rank)); }

// Calls f(communicator) as each of so many ranks at once. Returns what() of what each threw; empty where it returned.
inline std::vector<std::string> run_ranks(int size, const std::function<void(const Communicator&)>& f, ThreadRanks* counted = nullptr) {
  ThreadRanks own(size);
  ThreadRanks& ranks = counted != nullptr ? *counted : own;
  std::vector<std::string> errors(static_cast<std::size_t>(size));
  std::vector<std::thread> threads;
  for (int r = 0; r < size; ++r) {
    threads.emplace_back([&, r] {
      try {
        f(size == 1 && counted == nullptr ? single() : ranks.communicator(r));
      } catch (const std::exception& error) {
        errors[static_cast<std::size_t>(r)] = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return errors;
}

}  // namespace weir::test
