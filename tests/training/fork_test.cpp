// A child process made by fork() has only the thread that called it.

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <weir/core/threads.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/sgd.hpp>

#include "tests/support/compare.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// What `work` returns in a child process: true or false, or why there is no answer.
std::string in_child(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool right = false;
    try {
      right = work();
    } catch (...) {
    }
    ::_exit(right ? 0 : 1);
  }
  REQUIRE(child > 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return "hangs";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (!WIFEXITED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "right" : "wrong";
}

// Large enough to be worth several threads.
const Dataset& data() {
  static const Dataset data = blobs(512, 60, 10);
  return data;
}
const ConstTensorView& inputs() { return data().inputs()[0].values; }
Model network() { return Model(sequential({60}, Dense(256), ReLU(), Dense(10)), {.max_batch = 256, .seed = 2}); }

Snapshot trained(Model& model) {
  fit(model, data(), {.loss = SoftmaxCrossEntropy(), .optimizer = SGD({.lr = 0.1, .momentum = 0.9}), .epochs = 2, .batch = 256});
  return Snapshot(model);
}

class TwoThreads {
 public:
  TwoThreads() { set_num_threads(2); }
  ~TwoThreads() { set_num_threads(before_); }

 private:
  int before_ = num_threads();
};

// The sanitizer ends a child that makes threads.
bool thread_sanitizer() {
#if defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
  return __has_feature(thread_sanitizer);
#else
  return false;
#endif
}

#define SKIP_WITH_THREAD_SANITIZER()                                                  \
  if (thread_sanitizer()) {                                                           \
    MESSAGE("SKIPPED: the thread sanitizer ends a child process that makes threads"); \
    return;                                                                           \
  }

}  // namespace

TEST_CASE("fork: the child predicts after the parent has") {
  SKIP_WITH_THREAD_SANITIZER();
  const TwoThreads threads;
  Model model = network();
  const auto expected = bits(predict(model, inputs()));
  for (int i = 0; i < 20; ++i) CHECK(bits(predict(model, inputs())) == expected);  // the threads are awake
  CHECK(in_child([&] { return bits(predict(model, inputs())) == expected; }) == "right");
  CHECK(bits(predict(model, inputs())) == expected);
}

TEST_CASE("fork: the child trains and makes Models after the parent has trained") {
  SKIP_WITH_THREAD_SANITIZER();
  const TwoThreads threads;
  Model model = network();
  const Snapshot once = trained(model);
  CHECK(in_child([&] {
          Model own = network();
          return trained(own) == once;
        }) == "right");
  CHECK(in_child([&] {
          trained(model);
          return in_child([&] { return bits(predict(model, inputs())).size() == 512 * 10 * 4; }) == "right";  // a grandchild
        }) == "right");
  Model other = network();
  CHECK(trained(other) == once);
}

TEST_CASE("fork: the child works while another thread of the parent trains") {
  SKIP_WITH_THREAD_SANITIZER();
  const TwoThreads threads;
  Model model = network();
  const auto expected = bits(predict(model, inputs()));
  std::atomic<bool> end = false, begun = false;
  std::thread other([&] {
    Model own = network();
    while (!end) {
      trained(own);
      begun = true;
    }
  });
  while (!begun) std::this_thread::yield();
  data();
  for (int i = 0; i < 5; ++i) {
    const std::string child = in_child([&] {
      Model own = network();
      trained(own);
      return bits(predict(model, inputs())) == expected;
    });
    CHECK(child == "right");
  }
  end = true;
  other.join();
}
