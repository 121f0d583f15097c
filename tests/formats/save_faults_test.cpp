// What save and load ask of the operating system, in which order, and what is left when one of these calls fails.

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <new>
#include <set>
#include <span>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/formats/tensor_file.hpp>
#include <weir/layers/dense.hpp>

#include "core/files/atomic_file.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/system_calls.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Model mlp(std::uint64_t seed) { return Model(sequential({3}, Dense(4), ReLU(), Dense(2)), {.seed = seed}); }

// "write .tmp": names of temporary files differ from run to run, and the folder's is left out.
std::vector<std::string> in_words(const std::vector<SystemCalls::Call>& calls, const std::filesystem::path& folder) {
  std::vector<std::string> words;
  for (const SystemCalls::Call& call : calls) {
    const std::filesystem::path path = call.path;
    const std::string name = path == folder ? "folder" : path.extension() == ".tmp" ? ".tmp" : path.filename().string();
    words.push_back(call.name + " " + name);
    if (words.size() > 1 && call.name == "write" && words[words.size() - 2] == words.back()) words.pop_back();  // any number of writes
  }
  return words;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  return names;
}

// A folder with a saved model, another model to save over it, and the bytes before and after.
struct Saving {
  Saving() {
    save(mlp(1), file);
    std::filesystem::permissions(file, mine);
    before = read_bytes(file);
    save(model, folder / "b");
    after = read_bytes(folder / "b");
    std::filesystem::remove(folder / "b");
  }
  bool holds(const std::string& bytes) const { return read_bytes(file) == bytes; }
  bool is_mine() const { return std::filesystem::status(file).permissions() == mine; }
  bool is_alone() const { return names_in(folder.path()) == std::vector<std::string>{"a"}; }

  static constexpr auto mine = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  TemporaryFolder folder;
  std::filesystem::path file = folder / "a";
  Model model = mlp(2);
  std::string before, after;
};

}  // namespace

TEST_CASE("save: the bytes are on the disk before they take the name and the name before save returns") {
  const Saving s;
  SystemCalls calls;
  save(s.model, s.file);
  // The last two are the file's and the folder's descriptors, in either order.
  std::vector<std::string> words = in_words(calls.calls(), s.folder.path());
  REQUIRE(words.size() > 5);
  const auto from = std::find(words.begin(), words.end(), "open .tmp");
  CHECK(std::vector<std::string>(from, words.end() - 2) ==
        std::vector<std::string>{"open .tmp", "fchmod .tmp", "write .tmp", "pwrite .tmp", "fsync .tmp", "rename .tmp", "fsync folder"});
  CHECK(std::set<std::string>(words.end() - 2, words.end()) == std::set<std::string>{"close a", "close folder"});
  CHECK(s.holds(s.after));
  CHECK(s.is_alone());
}

TEST_CASE("save: whichever call fails the file is the old one or the new one and whole") {
  for (const int error : {EIO, ENOSPC, EACCES, EMFILE}) {
    CAPTURE(error);
    std::set<std::string> refused, passed;
    for (std::int64_t n = 0;; ++n) {
      const Saving s;
      std::string message;
      std::vector<std::string> words;
      bool failed = false;
      {
        SystemCalls calls({.fails = n, .error = error});
        try {
          save(s.model, s.file);
        } catch (const FileError& e) {
          message = e.what();
        }
        words = in_words({calls.calls()[static_cast<std::size_t>(std::min(n, std::ssize(calls.calls()) - 1))]}, s.folder.path());
        failed = calls.failed();
      }
      CHECK(s.is_alone());
      if (!failed) break;
      const std::string which = words[0];
      CAPTURE(which);
      CAPTURE(message);
      (message.empty() ? passed : refused).insert(which);
      if (which != "fchmod .tmp") CHECK(s.is_mine());
      if (message.empty() || message.starts_with(s.file.string() + ": was saved")) {
        CHECK(s.holds(s.after));
      } else {
        CHECK(s.holds(s.before));
        CHECK(message.starts_with(s.file.string() + ": cannot be saved: "));
      }
    }
    std::set<std::string> must{"open .tmp", "write .tmp", "pwrite .tmp", "fsync .tmp", "rename .tmp", "stat a"},
        may{"fchmod .tmp", "close a", "close folder"};
    (error == EIO ? must : may).insert("fsync folder");  // what other errors of it mean is that this file system cannot
    CHECK(std::includes(refused.begin(), refused.end(), must.begin(), must.end()));
    CHECK(std::includes(passed.begin(), passed.end(), may.begin(), may.end()));
  }
}

TEST_CASE("save: the temporary file is removed when a save fails and its descriptors are closed") {
  const Saving s;
  SystemCalls calls({.fails = 5});
  CHECK_THROWS_AS(save(s.model, s.file), FileError);
  const std::vector<std::string> words = in_words(calls.calls(), s.folder.path());
  CHECK(std::count(words.begin(), words.end(), "unlink .tmp") == 1);
  CHECK(std::count(words.begin(), words.end(), "rename .tmp") == 0);
  std::set<std::string> opened, closed;
  for (const std::string& word : words) {
    if (word.starts_with("open ")) opened.insert(word.substr(5));
    if (word.starts_with("close ")) closed.insert(word.substr(6));
  }
  CHECK(opened.size() == 2);
  CHECK(closed.size() == 2);
}

TEST_CASE("save and load: any number of bytes at once gives the same file and the same model") {
  for (const std::int64_t most : {1, 7, 1000}) {
    const Saving s;
    {
      const SystemCalls calls({.most_bytes = most});
      save(s.model, s.file);
    }
    CHECK(s.holds(s.after));
    const SystemCalls calls({.most_bytes = most});
    const Model loaded = load_model(s.file);
    CHECK(bits(loaded.parameter_arena()) == bits(s.model.parameter_arena()));
  }
}

TEST_CASE("save and load: a call that was interrupted is made again") {
  for (std::int64_t n = 0;; ++n) {
    const Saving s;
    SystemCalls calls({.fails = n, .error = EINTR});
    std::string which;
    try {
      save(s.model, s.file);
      const Model loaded = load_model(s.file);
      CHECK(bits(loaded.parameter_arena()) == bits(s.model.parameter_arena()));
    } catch (const FileError&) {
      which = calls.calls()[static_cast<std::size_t>(n)].name;
    }
    CAPTURE(which);
    CHECK(which != "write");
    CHECK(which != "pread");
    if (!calls.failed()) break;
  }
}

TEST_CASE("load: whichever call fails is a FileError with the name of the file") {
  const Saving s;
  std::set<std::string> refused;
  for (std::int64_t n = 0;; ++n) {
    SystemCalls calls({.fails = n});
    try {
      const Model loaded = load_model(s.file);
      const Model expected = mlp(1);
      CHECK(bits(loaded.parameter_arena()) == bits(expected.parameter_arena()));
    } catch (const FileError& e) {
      CHECK(std::string(e.what()).starts_with(s.file.string() + ": cannot be "));
      CHECK(std::string(e.what()).find("Input/output error") != std::string::npos);
      refused.insert(calls.calls()[static_cast<std::size_t>(n)].name);
    }
    if (!calls.failed()) break;
    if (calls.calls()[static_cast<std::size_t>(n)].name != "close")
      CHECK(refused.count(calls.calls()[static_cast<std::size_t>(n)].name) == 1);
  }
  CHECK(refused == std::set<std::string>{"fstat", "open", "pread"});
}

// A safetensors file and the file below it; with g++ 12 no Json or Config may be copied here, whose std::variant does not survive that.
TEST_CASE("saving and reading: an allocation that fails is an exception and changes no file") {
  if (const char* why = SystemCalls::allocations_unknown()) {
    std::cout << "SKIPPED: " << why << "\n";
    return;
  }
  const auto throws = [](std::int64_t n, const std::function<void()>& f) {
    SystemCalls calls({.allocation_fails = n});
    bool threw = false;
    try {
      f();
    } catch (const std::bad_alloc&) {
      threw = true;
    } catch (const DeviceError&) {
      threw = true;  // no memory for a Tensor
    } catch (const FileError& e) {
      threw = std::string(e.what()).find("Cannot allocate memory") != std::string::npos;  // none for the C library
    }
    CHECK(threw == calls.failed());
    return threw;
  };
  const Saving s;
  const auto bytes = std::as_bytes(std::span(s.after));
  const auto write = [&](const FileTarget& target) {
    AtomicFile file(target);
    file.write(bytes.first(10));
    file.write(bytes.subspan(10));
    file.commit();
  };
  std::int64_t n = 0;
  for (; throws(n, [&] { write(s.file); }); ++n) {
    CHECK(s.is_alone());
    CHECK(s.holds(s.before));
  }
  CHECK(n > 2);
  CHECK(s.holds(s.after));
  std::vector<std::byte> memory(1, std::byte{7});
  for (n = 0; throws(n, [&] { write(memory); }); ++n) CHECK(memory == std::vector<std::byte>(1, std::byte{7}));
  CHECK(n == 2);
  CHECK(std::ranges::equal(memory, bytes));
  Tensor weight;
  for (n = 0; throws(n, [&] { weight = TensorFile(s.file).read("0.weight"); }); ++n) CHECK(weight.empty());
  CHECK(weight.shape() == Shape{4, 3});
  CHECK(n > 20);
}
