#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/distributed/mpi.hpp>

// Waiting is done here and not in MPI's blocking calls: who waits looks for messages of ranks that have failed or ended.

namespace weir {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

constexpr int failed_tag = 1, ended_tag = 2;
constexpr std::int64_t most_bytes = std::int64_t{1} << 30;  // of one message: MPI counts with int
constexpr std::size_t longest_text = 4000;

void check(int code) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error("mpi: " + std::string(text, static_cast<std::size_t>(length)) + ". Look at the network and the other ranks' output.");
}

// "Open MPI 4.1.4", "MPICH 4.0.2", or the first line of what the library calls itself.
std::string library_name() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  MPI_Get_library_version(text, &length);
  std::string name(text, static_cast<std::size_t>(length));
  const auto word_after = [&](const std::string& start) {
    const std::size_t begin = name.find_first_not_of(" \t:", start.size());
    return name.substr(begin, name.find_first_of(", \t\n", begin) - begin);
  };
  if (name.starts_with("Open MPI v")) return "Open MPI " + word_after("Open MPI v");
  if (name.starts_with("MPICH Version")) return "MPICH " + word_after("MPICH Version");
  return name.substr(0, name.find_first_of("\n,"));
}

// How many processes the launcher says it has started; 1 without one.
int started_ranks() {
  int most = 1;
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    if (const char* value = std::getenv(variable)) most = std::max(most, std::atoi(value));
  }
  return most;
}

class World : public Transport {
 public:
  World() {
    int begun = 0;
    MPI_Initialized(&begun);
    if (begun == 0) {
      int provided = 0;
      check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided));
      owns_mpi_ = true;
    }
    MPI_Comm_dup(MPI_COMM_WORLD, &data_);
    MPI_Comm_dup(MPI_COMM_WORLD, &control_);
    for (MPI_Comm communicator : {data_, control_}) MPI_Comm_set_errhandler(communicator, MPI_ERRORS_RETURN);
    MPI_Comm_rank(data_, &rank_);
    MPI_Comm_size(data_, &size_);
    MPI_Comm here = MPI_COMM_NULL;
    int ranks_here = 1;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &ranks_here);
    MPI_Comm_free(&here);
    crowded_ = ranks_here > static_cast<int>(std::thread::hardware_concurrency());
    library_ = library_name();
    ended_.resize(static_cast<std::size_t>(size_));
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // The program ends: waits until all do, unless one has failed. A rank that waits for this one in another call learns of it.
  ~World() override {
    int over = 0;
    MPI_Finalized(&over);
    if (over != 0) return;
    try {
      if (failure_.empty()) {
        send_to_all(ended_tag, "");
        while (!all_others_have_ended()) {
          look_for_messages();
          std::this_thread::sleep_for(milliseconds(1));
        }
        if (owns_mpi_) MPI_Finalize();
        return;
      }
    } catch (const Error&) {  // another rank has failed meanwhile
    }
    std::this_thread::sleep_for(milliseconds(is_cause_ ? 300 : 1500));  // what failed first prints its message first
    MPI_Abort(MPI_COMM_WORLD, 1);
  }

  void configure(const MpiOptions& options) {
    timeout_ = options.timeout;
    const int started = started_ranks();
    if (size_ == 1 && started > 1) {
      refuse("mpi_world: the launcher has started " + std::to_string(started) + " ranks, and " + library_ +
             ", with which this program is built, sees one. Start it with the mpirun of " + library_ + ".");
    }
    if (options.ranks != 0 && options.ranks != size_) {
      refuse("mpi_world: there are " + std::to_string(size_) + " ranks, expected " + std::to_string(options.ranks) +
             ". Start the program with mpirun -n " + std::to_string(options.ranks) + ".");
    }
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::string describe() const override { return "MPI_Allreduce of " + library_; }

  void exchange(const Context&, std::span<const Outgoing> outgoing, std::span<const Incoming> incoming) override {
    begin();
    for (const Incoming& i : incoming) {
      in_pieces(i.block, 1, [&](std::byte* data, int bytes) { check(MPI_Irecv(data, bytes, MPI_BYTE, i.from, 0, data_, add_request())); });
    }
    for (const Outgoing& o : outgoing) {
      const TensorView block(const_cast<void*>(o.block.raw()), o.block.shape(), o.block.dtype(), o.block.device());
      in_pieces(block, 1, [&](std::byte* data, int bytes) { check(MPI_Isend(data, bytes, MPI_BYTE, o.to, 0, data_, add_request())); });
    }
    wait();
  }

  void broadcast(const Context&, int from, const TensorView& block) override {
    begin();
    in_pieces(block, 1, [&](std::byte* data, int bytes) { check(MPI_Ibcast(data, bytes, MPI_BYTE, from, data_, add_request())); });
    wait();
  }

  void sum(const Context&, const TensorView& block) override {
    begin();
    const bool wide = block.dtype() == DType::f64;
    in_pieces(block, wide ? sizeof(double) : sizeof(float), [&](std::byte* data, int count) {
      check(MPI_Iallreduce(MPI_IN_PLACE, data, count, wide ? MPI_DOUBLE : MPI_FLOAT, MPI_SUM, data_, add_request()));
    });
    wait();
  }

  void gather(std::span<const std::byte> own, std::span<std::byte> all) override {
    begin();
    const auto most = static_cast<std::size_t>(most_bytes);
    if (own.size() <= most) {
      const int bytes = static_cast<int>(own.size());
      check(MPI_Iallgather(own.data(), bytes, MPI_BYTE, all.data(), bytes, MPI_BYTE, data_, add_request()));
      return wait();
    }
    throw Error("mpi: a message of " + std::to_string(own.size()) + " bytes, expected at most " + std::to_string(most) + ".");
  }

  void barrier() override {
    begin();
    check(MPI_Ibarrier(data_, add_request()));
    wait();
  }

  void abort(const std::string& message) noexcept override {
    if (!failure_.empty()) return;
    try {
      is_cause_ = true;
      failure_ = "rank " + std::to_string(rank_) + " failed: " + message;
      send_to_all(failed_tag, message.substr(0, longest_text));
    } catch (...) {  // the others learn of it when MPI_Abort ends them
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& message) {
    failure_ = message;
    is_cause_ = true;
    throw ConfigError(message);
  }

  void begin() {
    if (!failure_.empty()) throw Error(failure_);
    requests_.clear();
  }
  MPI_Request* add_request() { return &requests_.emplace_back(MPI_REQUEST_NULL); }

  template <class F>
  static void in_pieces(const TensorView& block, std::size_t unit, F&& f) {
    if (!block.device().is_cpu()) {
      throw DeviceError("mpi: got a block on " + to_string(block.device()) + ", expected cpu. Make the Model on the CPU.");
    }
    auto* data = static_cast<std::byte*>(block.raw());
    const auto bytes = block.elements() * static_cast<std::int64_t>(size_of(block.dtype()));
    for (std::int64_t at = 0; at < bytes; at += most_bytes) {
      f(data + at, static_cast<int>(std::min(most_bytes, bytes - at) / static_cast<std::int64_t>(unit)));
    }
  }

  // Until all requests are done.
  void wait() {
    const Clock::time_point begin = Clock::now();
    for (int turn = 1;; ++turn) {
      int done = 0;
      check(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE));
      if (done != 0) return;
      constexpr int spins = 200;
      if (turn < spins && !crowded_) continue;
      const Clock::duration waited = Clock::now() - begin;
      look_for_messages();
      look_for_ended(begin);
      if (Seconds(waited).count() > timeout_) {
        throw Error("mpi: rank " + std::to_string(rank_) + " has waited " + std::to_string(std::int64_t(timeout_)) +
                    " s for the others. Look whether their machines can be reached, or raise MpiOptions::timeout.");
      }
      pause(waited);
    }
  }

  // Ranks that share a processor, with each other or another program, must leave it to those that compute; one that keeps yielding it would
  // be scheduled last.
  void pause(Clock::duration waited) const {
    using std::chrono::microseconds;
    if (!crowded_ && waited < microseconds(200)) return std::this_thread::yield();
    std::this_thread::sleep_for(microseconds(waited < milliseconds(10) ? 20 : 200));
  }

  void look_for_messages() {
    int there = 0;
    MPI_Status status;
    check(MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, control_, &there, &status));
    if (there == 0) return;
    std::string text(longest_text, '\0');
    check(MPI_Recv(text.data(), static_cast<int>(text.size()), MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, control_, &status));
    int length = 0;
    MPI_Get_count(&status, MPI_BYTE, &length);
    text.resize(static_cast<std::size_t>(length));
    if (status.MPI_TAG == ended_tag) {
      ended_[static_cast<std::size_t>(status.MPI_SOURCE)] = Clock::now();
      return;
    }
    failure_ = "rank " + std::to_string(status.MPI_SOURCE) + " failed: " + text;
    throw Error(failure_);
  }

  bool all_others_have_ended() const {
    return std::count(ended_.begin(), ended_.end(), Clock::time_point()) == 1;  // this rank's own
  }

  // A rank that has ended may have done its part of this call: what is under way gets two seconds.
  void look_for_ended(Clock::time_point begin) {
    for (std::size_t r = 0; r < ended_.size(); ++r) {
      if (ended_[r] == Clock::time_point() || Clock::now() - std::max(ended_[r], begin) < std::chrono::seconds(2)) continue;
      throw Error("mpi: rank " + std::to_string(r) + " has ended, and rank " + std::to_string(rank_) +
                  " waits for it. Look at its output.");
    }
  }

  // Waits a second at most: a rank may be gone.
  void send_to_all(int tag, const std::string& text) {
    texts_.push_back(text);
    std::vector<MPI_Request> sends;
    for (int r = 0; r < size_; ++r) {
      if (r == rank_) continue;
      MPI_Isend(texts_.back().data(), static_cast<int>(texts_.back().size()), MPI_BYTE, r, tag, control_,
                &sends.emplace_back(MPI_REQUEST_NULL));
    }
    const Clock::time_point begin = Clock::now();
    for (int done = 0; done == 0 && Clock::now() - begin < std::chrono::seconds(1);) {
      if (MPI_Testall(static_cast<int>(sends.size()), sends.data(), &done, MPI_STATUSES_IGNORE) != MPI_SUCCESS) return;
      std::this_thread::yield();
    }
  }

  MPI_Comm data_ = MPI_COMM_NULL, control_ = MPI_COMM_NULL;
  bool owns_mpi_ = false, is_cause_ = false;
  bool crowded_ = false;  // more ranks than processors on this machine
  int rank_ = 0, size_ = 1;
  double timeout_ = 0;
  std::string library_;
  std::string failure_;  // why no call is possible any more
  std::vector<Clock::time_point> ended_;
  std::vector<MPI_Request> requests_;
  std::vector<std::string> texts_;  // that are being sent
};

}  // namespace

Communicator mpi_world(const MpiOptions& options) {
  static const auto world = std::make_shared<World>();
  world->configure(options);
  return Communicator(world);
}

}  // namespace weir
