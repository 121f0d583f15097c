#include <doctest/doctest.h>

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>

#include <weir/core/error.hpp>
#include <weir/data/mnist.hpp>

#include "tests/data/idx_bytes.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temporary_folder.hpp"

using weir::FileError;
using weir::find_mnist;
using weir::load_mnist;
using weir::mnist_cache;
using weir::test::Environment;
using weir::test::idx_header;
using weir::test::TemporaryFolder;
using weir::test::write_bytes;

namespace {

// Writes four files with so many images each.
void fill(const std::filesystem::path& folder, std::uint32_t samples) {
  std::filesystem::create_directories(folder);
  for (const std::string part : {"train", "t10k"}) {
    write_bytes(folder / (part + "-images-idx3-ubyte"), idx_header({samples, 28, 28}) + std::string(samples * 784, '\1'));
    write_bytes(folder / (part + "-labels-idx1-ubyte"), idx_header({samples}) + std::string(samples, '\2'));
  }
}

}  // namespace

TEST_CASE("mnist search: WEIR_DATA_DIR then the given folder then the cache") {
  const TemporaryFolder folder;
  const Environment data("WEIR_DATA_DIR", (folder / "data").string()), cache("XDG_CACHE_HOME", (folder / "cache").string());
  CHECK(!find_mnist());
  fill(folder / "cache/weir/mnist", 1);
  CHECK(find_mnist() == folder / "cache/weir/mnist");
  CHECK(find_mnist(folder / "also") == folder / "cache/weir/mnist");
  fill(folder / "also", 2);
  CHECK(find_mnist(folder / "also") == folder / "also");
  CHECK(load_mnist().train.samples() == 1);
  fill(folder / "data/mnist", 3);
  CHECK(find_mnist(folder / "also") == folder / "data/mnist");
  CHECK(load_mnist().train.samples() == 3);
}

TEST_CASE("mnist search: a folder without all four files does not count") {
  const TemporaryFolder folder;
  const Environment data("WEIR_DATA_DIR", (folder / "data").string()), cache("XDG_CACHE_HOME", (folder / "cache").string());
  fill(folder / "data/mnist", 1);
  fill(folder / "cache/weir/mnist", 2);
  std::filesystem::remove(folder / "data/mnist/t10k-labels-idx1-ubyte");
  CHECK(load_mnist().train.samples() == 2);
}

TEST_CASE("mnist search: the cache follows the XDG specification") {
  const Environment home("HOME", "/home/someone");
  {
    const Environment xdg("XDG_CACHE_HOME", "/var/cache");
    CHECK(mnist_cache() == "/var/cache/weir/mnist");
  }
  for (const std::optional<std::string>& value :
       {std::optional<std::string>(), std::optional<std::string>(""), std::optional<std::string>("relative")}) {
    const Environment xdg("XDG_CACHE_HOME", value);
    CHECK(mnist_cache() == "/home/someone/.cache/weir/mnist");
    const Environment homeless("HOME", {});
    CHECK(mnist_cache().empty());
  }
}

TEST_CASE("mnist search: what is not found says where it was looked for and what to type") {
  const TemporaryFolder folder;
  const std::string root = folder.path().string();
  const Environment data("WEIR_DATA_DIR", root + "/data"), cache("XDG_CACHE_HOME", root + "/cache");
  fill(folder / "cache/weir/mnist", 1);
  std::filesystem::remove(folder / "cache/weir/mnist/train-labels-idx1-ubyte");
  const std::string message =
      "load_mnist: MNIST was not found: looked in " + root + "/data/mnist (no such folder), " + root +
      "/cache/weir/mnist (lacks train-labels-idx1-ubyte). To fetch it type this in weir's source folder: cmake -DTO=" + root +
      "/cache/weir/mnist -P data/fetch_mnist.cmake";
  CHECK_THROWS_WITH_AS(load_mnist(), message.c_str(), FileError);
}

TEST_CASE("mnist search: the command to type is fit for a shell") {
  const TemporaryFolder folder;
  const Environment data("WEIR_DATA_DIR", {}), cache("XDG_CACHE_HOME", "/no such/o'clock");
  CHECK_THROWS_WITH_AS(load_mnist(),
                       "load_mnist: MNIST was not found: looked in /no such/o'clock/weir/mnist (no such folder). To fetch it type this in "
                       "weir's source folder: cmake -DTO='/no such/o'\\''clock/weir/mnist' -P data/fetch_mnist.cmake",
                       FileError);
}

TEST_CASE("mnist search: without a cache the command names WEIR_DATA_DIR") {
  const Environment xdg("XDG_CACHE_HOME", {}), home("HOME", {});
  {
    const Environment data("WEIR_DATA_DIR", "/nowhere");
    CHECK_THROWS_WITH_AS(
        load_mnist(),
        "load_mnist: MNIST was not found: looked in /nowhere/mnist (no such folder). To fetch it type this in weir's source "
        "folder: cmake -DTO=/nowhere/mnist -P data/fetch_mnist.cmake",
        FileError);
  }
  const Environment data("WEIR_DATA_DIR", {});
  CHECK_THROWS_WITH_AS(
      load_mnist(), "load_mnist: MNIST was not found: none of WEIR_DATA_DIR, XDG_CACHE_HOME and HOME is set. Set one of them.", FileError);
}

TEST_CASE("mnist search: what is no file is passed over and the next spelling is taken") {
  const TemporaryFolder folder;
  const auto is = [&](const std::string& name) { return folder / name; };
  fill(folder.path(), 2);
  for (const std::string file :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    std::string dotted = file;
    dotted[file.find("-idx")] = '.';
    std::filesystem::rename(is(file), is("real-" + file));
    std::filesystem::create_symlink("real-" + file, is(dotted));
  }
  std::filesystem::create_directory(is("train-images-idx3-ubyte"));
  REQUIRE(::mkfifo(is("train-labels-idx1-ubyte").c_str(), 0600) == 0);
  std::filesystem::create_symlink("nowhere", is("t10k-images-idx3-ubyte"));
  std::filesystem::create_symlink("/dev/null", is("t10k-labels-idx1-ubyte"));
  CHECK(load_mnist(folder.path()).train.samples() == 2);
  const Environment data("WEIR_DATA_DIR", {}), cache("XDG_CACHE_HOME", {}), home("HOME", {});
  CHECK(find_mnist(folder.path()) == folder.path());
  std::filesystem::remove(is("t10k-labels.idx1-ubyte"));
  CHECK_FALSE(find_mnist(folder.path()));
  const std::string lacks =
      folder.path().string() + ": holds no t10k-labels-idx1-ubyte, raw or .gz. Give the folder of MNIST's four files.";
  CHECK_THROWS_WITH_AS(load_mnist(folder.path()), lacks.c_str(), FileError);
}

TEST_CASE("mnist search: a file given as the folder is called no folder") {
  const TemporaryFolder folder;
  write_bytes(folder / "a", "");
  const std::string message = (folder / "a").string() + ": is no folder. Give the folder of MNIST's four files.";
  CHECK_THROWS_WITH_AS(load_mnist(folder / "a"), message.c_str(), FileError);
}
