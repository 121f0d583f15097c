#include <weir/formats/tensor_file.hpp>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/layers/dense.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/in_memory.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A container defined by this test: lines of a name, a dtype (F32 or F64), the rank, the extents, the numbers. Numbers can only be read in
// order, as in a compressed file, and each reader has its own position.
template <class T>
std::function<void(std::span<std::byte>)> numbers_after(std::istringstream words) {
  auto rest = std::make_shared<std::istringstream>(std::move(words));
  return [rest](std::span<std::byte> into) {
    for (T number; !into.empty(); into = into.subspan(sizeof number)) {
      if (!(*rest >> number)) throw FormatError("ends early");
      std::memcpy(into.data(), &number, sizeof number);
    }
  };
}

TensorFile read_lines(const std::string& text) {
  TensorContent content;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    TensorEntry entry{.name = {}, .dtype = {}, .extents = {}, .offset = content.entries.size()};
    std::size_t rank = 0;
    words >> entry.name >> entry.dtype >> rank;
    entry.extents.resize(rank);
    content.entries.push_back(entry);
  }
  const auto begin = [text](TensorEntry& entry) {
    std::istringstream all(text);
    std::string line;
    for (std::uint64_t i = 0; i <= entry.offset; ++i) std::getline(all, line);
    std::istringstream words(line);
    std::string skipped;
    words >> skipped >> skipped >> skipped;
    for (std::int64_t& extent : entry.extents) words >> extent;
    return words;
  };
  for (TensorEntry& entry : content.entries) begin(entry);
  content.metadata = {{"lines", std::to_string(content.entries.size())}};
  content.open = [begin](TensorEntry entry) {
    return entry.dtype == "F64" ? numbers_after<double>(begin(entry)) : numbers_after<float>(begin(entry));
  };
  return TensorFile("test.lines", std::move(content));
}

const std::string dense_lines = "0.weight F64 2 2 3 0.1 -2 3 4 5 6\n0.bias F32 1 2 0.5 -1\n";

}  // namespace

TEST_CASE("tensor file: tensors of another container fill a model of either dtype") {
  for (const DType dtype : {DType::f32, DType::f64}) {
    Model model(sequential({3}, Dense(2)), {.dtype = dtype, .seed = 3});
    const StateDictReport report = load_state_dict(model, read_lines(dense_lines));
    CHECK(report.missing.empty());
    CHECK(report.unexpected.empty());
    CHECK(numbers(model.parameter("0.weight")) ==
          std::vector<double>{dtype == DType::f32 ? static_cast<double>(0.1F) : 0.1, -2, 3, 4, 5, 6});
    CHECK(numbers(model.parameter("0.bias")) == std::vector<double>{0.5, -1});
  }
}

TEST_CASE("tensor file: another container is refused in the words of any other") {
  const TensorFile file = read_lines(dense_lines);
  CHECK(load_metadata(file) == std::map<std::string, std::string>{{"lines", "2"}});
  CHECK(message_of<FormatError>([&] { load_model(file); }) ==
        "test.lines: holds no weir graph, only tensors. Make the graph in your program and use weir::load_state_dict.");
  Model wide(sequential({3}, Dense(4)));
  const auto before = bits(wide.parameter_arena());
  CHECK(message_of<ShapeError>([&] { load_state_dict(wide, file); }) ==
        "test.lines: does not fit the model: '0.weight' is [2, 3] F64, expected [4, 3]; '0.bias' is [2] F32, expected [4]. Give the graph "
        "the file's names and sizes (strict = false passes over names that only one of them has).");
  CHECK(bits(wide.parameter_arena()) == before);
  Model model(sequential({3}, Dense(2)));
  const auto narrow = bits(model.parameter_arena());
  CHECK_THROWS_WITH_AS(load_state_dict(model, read_lines("0.weight F64 2 2 3 1 2\n0.bias F32 1 2 0 0\n")), "ends early", FormatError);
  CHECK(bits(model.parameter_arena()) == narrow);
  CHECK(message_of<FormatError>([&] { read_lines(dense_lines + dense_lines); }) ==
        "test.lines: has the tensor '0.weight' twice, expected one of each name. Save it again.");
}

TEST_CASE("tensor file: a copy reads on when the first is gone") {
  auto first = std::make_unique<TensorFile>(read_lines(dense_lines));
  const TensorFile copy = *first;
  first.reset();
  CHECK(copy.name() == "test.lines");
  CHECK(copy.find("0.bias") == &copy.entries()[1]);
  CHECK(copy.find("0.b") == nullptr);
  CHECK(numbers(copy.read("0.bias")) == std::vector<double>{0.5, -1});
}

// First bytes from each format's specification; for PyTorch, as torch.save writes them.
TEST_CASE("tensor file: what other programs write is called by its name") {
  const auto said = [](const std::string& bytes) {
    const TemporaryFolder folder;
    write_bytes(folder / "a", bytes);
    const std::string name = (folder / "a").string();
    const std::string message = after(message_of<FormatError>([&] { load_metadata(name); }), name + ": is a ");
    CHECK(message_of<FormatError>([&] { load_model(in_memory(bytes)); }) == "(memory): is a " + message);
    return message;
  };
  const std::string advice =
      ", expected a safetensors file. Save its tensors with safetensors.torch.save_file or safetensors.numpy.save_file.";
  const std::string zip = "zip archive (PyTorch's .pt or NumPy's .npz?)" + advice;
  CHECK(said(std::string("PK\3\4\0\0\x08\x08\0\0\0\0\0\0", 14)) == zip);
  CHECK(said(std::string("PK\3\4\x2d\0\0\0\0\0\0\0!\0", 14)) == zip);
  CHECK(said("PK\3\4") == zip);
  CHECK(said(std::string("\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.", 15)) == "pickle of an old PyTorch" + advice);
  CHECK(said(std::string("\x93NUMPY\1\0v\0{'descr'", 18)) == "NumPy array (.npy)" + advice);
  CHECK(said(std::string("\x89HDF\r\n\x1a\n\0\0\0\0", 12)) == "HDF5 file (Keras' .h5?)" + advice);
}

TEST_CASE("tensor file: a length that looks like a zip archive is still a length") {
  const std::string bytes("PK\3\4\0\0\0\0{", 9);
  CHECK(message_of<FormatError>([&] { TensorFile file(in_memory(bytes)); }) ==
        "(memory): its first 8 bytes promise a header of 67,324,752 bytes, 1 follow. It is damaged or no safetensors file: copy it again.");
}

TEST_CASE("tensor file: content that cannot be read is refused with the name of the tensor") {
  const auto refusal = [](std::uint64_t bytes, std::vector<std::int64_t> extents, auto open) {
    TensorContent content;
    content.entries = {{.name = "w", .dtype = "F32", .extents = std::move(extents), .bytes = bytes}};
    content.open = open;
    return message_of<FormatError>([&] { TensorFile("mine", content).read("w"); });
  };
  const auto zeros = [](const TensorEntry&) { return [](std::span<std::byte> into) { std::ranges::fill(into, std::byte{}); }; };
  CHECK(refusal(8, {2}, nullptr) == "mine: its tensor 'w' is [2] F32, but its TensorContent::open is empty. Give it a function.");
  CHECK(refusal(8, {2}, [](const TensorEntry&) { return std::function<void(std::span<std::byte>)>(); }) ==
        "mine: its tensor 'w' is [2] F32, but TensorContent::open returned an empty function for it. Return one that reads.");
  CHECK(refusal(9, {2}, zeros) ==
        "mine: its tensor 'w' is [2] F32, which needs 8 bytes, TensorEntry::bytes is 9. Correct it, or leave it 0.");
  CHECK(refusal(0, {2, INT64_MAX}, zeros) ==
        "mine: its tensor 'w' is [2, 9223372036854775807] F32, which is more than 64 bits count. Correct its extents.");
  TensorContent content;
  content.entries = {{.name = "w", .dtype = "F32", .extents = {2}}};
  content.open = zeros;
  const TensorFile file("mine", content);
  CHECK(file.find("w")->bytes == 8);
  CHECK(numbers(file.read("w")) == std::vector<double>{0, 0});
}

TEST_CASE("tensor file: paths that are no files say so") {
  const TemporaryFolder folder;
  const auto said = [](const std::filesystem::path& path) {
    return after(message_of<Error>([&] { load_metadata(path); }), path.string() + ": ");
  };
  CHECK(said(folder.path()) == "is a folder, expected a file. Name a file in it.");
  CHECK(said("/dev/null") == "is a pipe or a device, expected a file. Copy its content into a file first.");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(said(folder / "pipe") == "is a pipe or a device, expected a file. Copy its content into a file first.");
  std::filesystem::create_symlink("nowhere", folder / "link");
  CHECK(said(folder / "link") == "cannot be opened: No such file or directory. Check the path.");
  write_bytes(folder / "empty", "");
  CHECK(said(folder / "empty") == "holds 0 bytes, expected at least 8. It is damaged or no safetensors file: copy it again.");
  CHECK(said(folder / "empty/file") == "cannot be opened: Not a directory. Check the path.");
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{AF_UNIX, {}};
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (folder / "socket").c_str());
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(said(folder / "socket") == "is a socket or a device, expected a file. Check the path.");
  ::close(socket);
}
