#include "core/files/atomic_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/formats/safetensors.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

void save_numbers(const std::filesystem::path& path, std::int64_t count) {
  const Tensor block(Shape{count});
  write_safetensors(path, std::vector<NamedTensor>{{"x", block}});
}

std::string refusal(const std::filesystem::path& path, std::int64_t count = 1) {
  return message_of<FileError>([&] { save_numbers(path, count); });
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  return names;
}

// Runs f in a child process, so that changed limits and mounts do not affect the other tests; returns the text that f returns.
std::string in_a_process(const std::function<std::string()>& f) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string text;
    try {
      text = f();
    } catch (const std::exception& error) {
      text = std::string("an exception: ") + error.what();
    }
    const bool sent = ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(sent ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], part, sizeof part)) > 0;) text.append(part, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  return text;
}

const std::string unchanged = ". An existing file is unchanged. Save it elsewhere, or fix the cause first.";

}  // namespace

TEST_CASE("saving: a file that may not grow further is an error that leaves the previous one as it was") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  save_numbers(name, 10);
  const std::string before = read_bytes(name);
  const std::string said = in_a_process([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10'000, 10'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return std::string("no limit was set");
    return refusal(name, 5'000);
  });
  CHECK(said == name + ": cannot be saved: File too large" + unchanged);
  CHECK(read_bytes(name) == before);
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("saving: a full disk is an error that leaves the previous file as it was") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  const std::string said = in_a_process([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
      return std::string("no mount");
    }
    save_numbers(name, 1'000);
    const std::string before = read_bytes(name);
    std::string result = refusal(name, 100'000);
    if (read_bytes(name) != before) result += " The file has changed!";
    if (names_in(folder.path()) != std::vector<std::string>{"a"}) result += " Something was left behind!";
    return result;
  });
  if (said == "no mount") {
    std::cout << "SKIPPED: this user may not mount a small disk\n";
    return;
  }
  CHECK(said == name + ": cannot be saved: No space left on device" + unchanged);
}

TEST_CASE("saving: a file that is not committed leaves nothing behind") {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write(std::as_bytes(std::span("text")));
    CHECK(names_in(folder.path()).size() == 1);
    CHECK_FALSE(std::filesystem::exists(folder / "a"));
  }
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("saving: memory is replaced whole at the commit and not before") {
  std::vector<std::byte> bytes(2, std::byte{7});
  {
    AtomicFile file(bytes);
    file.write(std::as_bytes(std::span("text")));
  }
  CHECK(bytes == std::vector<std::byte>(2, std::byte{7}));
  AtomicFile file(bytes);
  file.write(std::as_bytes(std::span("ab", 2)));
  file.write({});
  file.write(std::as_bytes(std::span("c", 1)));
  CHECK(bytes.size() == 2);
  file.commit();
  CHECK(bytes == std::vector<std::byte>{std::byte{'a'}, std::byte{'b'}, std::byte{'c'}});
}

TEST_CASE("saving: a committed file replaces the previous one and keeps its permissions") {
  const TemporaryFolder folder;
  write_bytes(folder / "a", "the previous content, which is longer");
  REQUIRE(::chmod((folder / "a").c_str(), 0640) == 0);
  AtomicFile file(folder / "a");
  file.write(std::as_bytes(std::span("new", 3)));
  CHECK(read_bytes(folder / "a") == "the previous content, which is longer");
  file.commit();
  CHECK(read_bytes(folder / "a") == "new");
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a"});
  struct stat facts {};
  REQUIRE(::stat((folder / "a").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0640);
}

TEST_CASE("saving: two files may be written into one folder at once") {
  const TemporaryFolder folder;
  AtomicFile a(folder / "a"), b(folder / "a");
  a.write(std::as_bytes(std::span("a", 1)));
  b.write(std::as_bytes(std::span("b", 1)));
  b.commit();
  a.commit();
  CHECK(read_bytes(folder / "a") == "a");
}

TEST_CASE("saving: a temporary name that is taken is left alone") {
  const TemporaryFolder folder;
  const std::string prefix = ".weir-" + std::to_string(::getpid()) + "-";
  for (int i = 0; i < 300; ++i) write_bytes(folder / (prefix + std::to_string(i) + ".tmp"), "somebody's");
  save_numbers(folder / "a", 1);
  const TensorFile file(folder / "a");
  CHECK(file.entries().size() == 1);
  CHECK(names_in(folder.path()).size() == 301);
  for (int i = 0; i < 300; ++i) CHECK(read_bytes(folder / (prefix + std::to_string(i) + ".tmp")) == "somebody's");
}

TEST_CASE("saving: a link is followed and stays a link") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "inner");
  write_bytes(folder / "inner/file", "old");
  std::filesystem::create_symlink("inner/file", folder / "link");
  save_numbers(folder / "link", 3);
  CHECK(std::filesystem::is_symlink(folder / "link"));
  const TensorFile file(folder / "inner/file");
  CHECK(file.find("x")->bytes == 12);
}

TEST_CASE("saving: links without a file and links to links are followed and stay links") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "inner");
  std::filesystem::create_symlink("inner/file", folder / "first");
  std::filesystem::create_symlink("first", folder / "second");
  save_numbers(folder / "second", 3);
  CHECK(std::filesystem::is_symlink(folder / "first"));
  CHECK(std::filesystem::is_symlink(folder / "second"));
  const TensorFile file(folder / "inner/file");
  CHECK(file.find("x")->bytes == 12);
  std::filesystem::create_symlink("none/file", folder / "nowhere");
  const std::string name = (folder / "nowhere").string();
  CHECK(refusal(name) == name + ": cannot be saved: there is no folder " + (folder / "none").string() + ". Make it first.");
  std::filesystem::create_symlink("circle", folder / "circle");
  const std::string circle = (folder / "circle").string();
  CHECK(refusal(circle) == circle + ": cannot be saved: Too many levels of symbolic links" + unchanged);
}

TEST_CASE("saving: a file that its owner made read-only is kept") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  write_bytes(name, "kept");
  REQUIRE(::chmod(name.c_str(), 0444) == 0);
  CHECK(refusal(name) == name + ": cannot be saved: the file is read-only. Save it elsewhere, or make the file writable.");
  CHECK(read_bytes(name) == "kept");
}

TEST_CASE("saving: that a file could not be written is found before it is written") {
  const TemporaryFolder folder;
  write_bytes(folder / "a", "old");
  for (const char* name : {"a", "b"}) CHECK_NOTHROW(check_writable(folder / name));
  CHECK(read_bytes(folder / "a") == "old");
  CHECK(names_in(folder.path()) == std::vector<std::string>{"a"});
  for (const std::filesystem::path& path : {folder / "none/a", folder.path(), std::filesystem::path(), folder / std::string(300, 'x')}) {
    CHECK(message_of<FileError>([&] { check_writable(path); }) == refusal(path));
  }
}

TEST_CASE("write_file replaces the content of a file by a text") {
  const TemporaryFolder folder;
  write_bytes(folder / "a", "what was there before");
  write_file(folder / "a", "new");
  CHECK(read_bytes(folder / "a") == "new");
  write_file(folder / "a", "");
  CHECK(read_bytes(folder / "a").empty());
  std::vector<std::byte> memory(5);
  write_file(memory, "ab");
  CHECK(memory == std::vector<std::byte>{std::byte{'a'}, std::byte{'b'}});
}

TEST_CASE("saving: what is no place for a file is refused and stays as it is") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  CHECK(refusal(folder / "none/a") ==
        name.substr(0, name.size() - 1) + "none/a: cannot be saved: there is no folder " + (folder / "none").string() + ". Make it first.");
  CHECK(refusal(folder.path()) == folder.path().string() + ": is a folder, expected a file. Name a file in it.");
  CHECK(refusal("") == "(an empty path): cannot be saved: expected the name of a file. Name one.");
  write_bytes(name, "");
  CHECK(refusal(name + "/b") == name + "/b: cannot be saved: there is no folder " + name + ". Make it first.");
  CHECK(refusal(folder / std::string(300, 'x')) ==
        (folder / std::string(300, 'x')).string() + ": cannot be saved: File name too long" + unchanged);
  const std::string pipe = (folder / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(refusal(pipe) == pipe + ": is a pipe or a device, expected a file. Save to a file.");
  CHECK(std::filesystem::is_fifo(pipe));
  CHECK(refusal("/dev/null") == "/dev/null: is a pipe or a device, expected a file. Save to a file.");
  CHECK(std::filesystem::is_character_file("/dev/null"));
  CHECK(names_in(folder.path()).size() == 2);
}

TEST_CASE("saving: a folder that may not be written is an error") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  const std::string said = in_a_process([&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return std::string("still root, who may write everywhere");
    return refusal(name);
  });
  CHECK(said == name + ": cannot be saved: Permission denied" + unchanged);
  CHECK(names_in(folder.path()).empty());
  REQUIRE(::chmod(folder.path().c_str(), 0700) == 0);
}
