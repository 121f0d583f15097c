#undef _FORTIFY_SOURCE  // its longjmp check forbids jumps between stacks
#include "tests/gpu/emulated/emulator.hpp"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <vector>
#include <weir/core/random.hpp>

namespace weir::test {

namespace {

enum class Waits { for_nothing, for_block, for_warp };

struct Thread {
  int number = 0;
  unsigned mask = 0;
  Waits waits = Waits::for_nothing;
  bool ended = true;
};

// A stack on which CUDA threads run, one after another, until one of them waits at a barrier. Started with makecontext, then switched by
// setjmp and longjmp, because swapcontext makes a system call each time (90 % of a test's time).
struct Fiber {
  static constexpr std::size_t bytes = std::size_t{256} << 10;
  jmp_buf here;
  std::unique_ptr<unsigned char[]> stack{new unsigned char[bytes]};
  int thread = -1;  // the thread that runs or waits on this stack; -1: free
};

// An order of `count` items that differs from launch to launch: ascending or descending from a varying start.
struct Order {
  explicit Order(int things, RandomKey key)
      : count(things),
        first(static_cast<int>(random_below(key, 0, static_cast<std::uint64_t>(things)))),
        forwards(random_below(key, 1, 2) == 0) {}
  Order() = default;
  int operator[](int turn) const { return (first + (forwards ? turn : count - turn)) % count; }

  int count = 1, first = 0;
  bool forwards = true;
};

struct Block {
  std::string op;
  const std::function<void()>* body = nullptr;
  std::vector<Thread> threads;
  std::vector<std::array<unsigned char, 8>> rooms;
  std::vector<std::unique_ptr<Fiber>> fibers;
  jmp_buf scheduler;
  Fiber* running = nullptr;
  Order order;   // in which threads start
  int next = 0;  // position in `order` of the next thread to start

  int count() const { return static_cast<int>(threads.size()); }
  Thread& current() { return threads[static_cast<std::size_t>(running->thread)]; }
};

Block block;

void set_place(int thread) {
  place.thread = {static_cast<unsigned>(thread) % place.threads.x, static_cast<unsigned>(thread) / place.threads.x};
}

// Switches from the running fiber to the scheduler; returns when the fiber is resumed.
void leave() {
  if (_setjmp(block.running->here) == 0) _longjmp(block.scheduler, 1);
}

void enter(Fiber& fiber) {
  block.running = &fiber;
  if (fiber.thread >= 0) set_place(fiber.thread);
  if (_setjmp(block.scheduler) == 0) _longjmp(fiber.here, 1);
}

void fiber_main() {
  for (;; leave()) {
    while (block.next < block.count()) {
      const int number = block.order[block.next++];
      block.running->thread = number;
      Thread& thread = block.threads[static_cast<std::size_t>(number)];
      thread = {.number = number, .ended = false};
      set_place(number);
      (*block.body)();
      thread.ended = true;
    }
    block.running->thread = -1;
  }
}

void enter_first(Fiber& fiber) {
  block.running = &fiber;
  ucontext_t context;
  getcontext(&context);
  context.uc_stack.ss_sp = fiber.stack.get();
  context.uc_stack.ss_size = Fiber::bytes;
  context.uc_link = nullptr;
  makecontext(&context, fiber_main, 0);
  if (_setjmp(block.scheduler) == 0) setcontext(&context);
}

// Starts further threads until one of them waits.
void begin_threads() {
  const auto found = std::find_if(block.fibers.begin(), block.fibers.end(), [](const auto& fiber) { return fiber->thread < 0; });
  found != block.fibers.end() ? enter(**found) : enter_first(*block.fibers.emplace_back(std::make_unique<Fiber>()));
}

void suspend(Waits waits, unsigned mask) {
  Thread& thread = block.current();
  thread.waits = waits;
  thread.mask = mask;
  leave();
}

// Releases threads whose barrier is complete: for a block all threads that have not ended, for a warp all threads of the mask.
bool release() {
  bool released = false;
  const auto at_block = [](const Thread& thread) { return thread.ended || thread.waits == Waits::for_block; };
  if (std::all_of(block.threads.begin(), block.threads.end(), at_block)) {
    for (Thread& thread : block.threads) {
      if (thread.ended) continue;
      thread.waits = Waits::for_nothing;
      released = true;
    }
  }
  for (int first = 0; first < block.count(); first += warp_threads) {
    const int end = std::min(first + warp_threads, block.count());
    for (int i = first; i < end; ++i) {
      const unsigned mask = block.threads[static_cast<std::size_t>(i)].mask;
      if (block.threads[static_cast<std::size_t>(i)].waits != Waits::for_warp) continue;
      bool all = true;
      for (int lane = 0; lane < warp_threads; ++lane) {
        if ((mask >> lane & 1U) == 0) continue;
        const auto other = static_cast<std::size_t>(first + lane);
        all = all && first + lane < end && !block.threads[other].ended && block.threads[other].waits == Waits::for_warp &&
              block.threads[other].mask == mask;
      }
      for (int lane = 0; all && lane < warp_threads; ++lane) {
        if ((mask >> lane & 1U) != 0) block.threads[static_cast<std::size_t>(first + lane)].waits = Waits::for_nothing;
      }
      released = released || all;
    }
  }
  return released;
}

void run_block(int threads) {
  block.threads.assign(static_cast<std::size_t>(threads), {});
  block.rooms.resize(static_cast<std::size_t>(threads));
  block.next = 0;
  while (block.next < threads) begin_threads();
  const auto waiting = [] { return std::any_of(block.threads.begin(), block.threads.end(), [](const Thread& t) { return !t.ended; }); };
  while (waiting()) {
    if (!release()) {
      block.fibers.clear();  // deadlock, a mistake in a kernel: their objects are not destroyed
      throw std::logic_error(block.op + ": threads wait for others that have ended or wait elsewhere");
    }
    for (std::size_t i = 0; i < block.fibers.size(); ++i) {
      const int thread = block.fibers[i]->thread;
      if (thread >= 0 && block.threads[static_cast<std::size_t>(thread)].waits == Waits::for_nothing) enter(*block.fibers[i]);
    }
  }
}

}  // namespace

void run_grid(const std::string& op, const cuda::Grid& grid, const std::function<void()>& thread) {
  block.op = op;
  block.body = &thread;
  place.threads = {grid.threads_x, grid.threads_y};
  place.blocks = {grid.blocks_x, grid.blocks_y};
  static std::uint64_t launches = 0;
  const RandomKey key = RandomKey{launches++};
  const int threads = static_cast<int>(grid.threads_x * grid.threads_y), blocks = static_cast<int>(grid.blocks_x * grid.blocks_y);
  const Order blocks_in_order(blocks, key.with(1));
  block.order = Order(threads, key.with(2));
  for (int turn = 0; turn < blocks; ++turn) {
    const auto number = static_cast<unsigned>(blocks_in_order[turn]);
    place.block = {number % grid.blocks_x, number / grid.blocks_x};
    run_block(threads);
  }
}

void wait_for_block() { suspend(Waits::for_block, 0); }
void wait_for_warp(unsigned mask) { suspend(Waits::for_warp, mask); }
int thread_of_warp() { return block.running->thread % warp_threads; }
unsigned char* room_of(int lane) {
  return block.rooms[static_cast<std::size_t>(block.running->thread / warp_threads * warp_threads + lane)].data();
}

}  // namespace weir::test
