#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/tensor_board_log.hpp>

#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/toy.hpp"
#include "training/callbacks/event_file.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

// Takes a number of T's size, in the byte order of this machine, from the front.
template <class T>
T take(std::string_view& bytes) {
  T value;
  REQUIRE(bytes.size() >= sizeof value);
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = take<unsigned char>(bytes);
    value |= std::uint64_t{byte & 127U} << shift;
    if (byte < 128) return value;
  }
}

// The fields of a protocol buffer: number and content; of a varint, its value as 8 bytes.
std::vector<std::pair<std::uint64_t, std::string>> fields_of(std::string_view bytes) {
  std::vector<std::pair<std::uint64_t, std::string>> fields;
  while (!bytes.empty()) {
    const std::uint64_t key = take_varint(bytes), type = key % 8;
    std::string content;
    if (type == 0) {
      const std::uint64_t value = take_varint(bytes);
      content.assign(reinterpret_cast<const char*>(&value), sizeof value);
    } else {
      const std::uint64_t size = type == 1 ? 8 : type == 5 ? 4 : take_varint(bytes);
      REQUIRE((type == 1 || type == 2 || type == 5));
      REQUIRE(size <= bytes.size());
      content = bytes.substr(0, size);
      bytes.remove_prefix(size);
    }
    fields.emplace_back(key / 8, content);
  }
  return fields;
}

template <class T>
T value_of(const std::string& content) {
  std::string_view bytes = content;
  return take<T>(bytes);
}

struct Event {
  double time = 0;
  std::uint64_t step = 0;
  std::string version;
  std::uint64_t session_status = 0;
  std::map<std::string, float> scalars;
};

// The record's Event without its frame, whose checksums the tests of the frame look at.
std::vector<std::string> payloads_of(const std::string& file) {
  std::vector<std::string> payloads;
  for (std::string_view bytes = file; !bytes.empty();) {
    const auto length = take<std::uint64_t>(bytes);
    take<std::uint32_t>(bytes);
    REQUIRE(length + 4 <= bytes.size());
    payloads.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length + 4);
  }
  return payloads;
}

std::vector<Event> events_of(const std::string& file) {
  std::vector<Event> events;
  for (const std::string& payload : payloads_of(file)) {
    Event& event = events.emplace_back();
    for (const auto& [number, content] : fields_of(payload)) {
      if (number == 1) event.time = value_of<double>(content);
      if (number == 2) event.step = value_of<std::uint64_t>(content);
      if (number == 3) event.version = content;
      if (number == 7) event.session_status = value_of<std::uint64_t>(fields_of(content).at(0).second);
      if (number != 5) continue;
      for (const auto& [one, value] : fields_of(content)) {
        CHECK(one == 1);
        const auto parts = fields_of(value);
        REQUIRE(parts.size() == 2);
        CHECK(parts[0].first == 1);
        CHECK(parts[1].first == 2);
        event.scalars[parts[0].second] = value_of<float>(parts[1].second);
      }
    }
  }
  return events;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("tensorboard: checksums are those of RFC 3720 with the mask of TFRecord") {
  const auto masked = [](std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; };
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) {
    rising += static_cast<char>(i);
    falling += static_cast<char>(31 - i);
  }
  CHECK(masked_crc32c("123456789") == masked(0xe3069283));  // the polynomial's check value
  CHECK(masked_crc32c(std::string(32, '\0')) == masked(0x8a9136aa));
  CHECK(masked_crc32c(std::string(32, '\xff')) == masked(0x62a8ab43));
  CHECK(masked_crc32c(rising) == masked(0x46dd794e));
  CHECK(masked_crc32c(falling) == masked(0x113fdb5c));
  CHECK(masked(0xe3069283) == 0xc78ab0e5);
}

TEST_CASE("tensorboard: records are the bytes of the specification") {
  // Written down field by field from event.proto and summary.proto, with the checksums of python3-crc32c.
  std::string file;
  append_version(file, 1.0);
  CHECK(file == from_hex("1a00000000000000"
                         "129bd82d"
                         "09000000000000f03f"
                         "1000"
                         "1a0d627261696e2e4576656e743a32"
                         "cc314e92"));
  const std::size_t first = file.size();
  append_scalars(file, 1.5, 300, "", std::vector<std::string>{"loss", "val_loss"}, std::vector<double>{0.5, -2});
  CHECK(file.substr(first) == from_hex("2c00000000000000"
                                       "f4aecc45"
                                       "09000000000000f83f"
                                       "10ac02"
                                       "2a1e"
                                       "0a0b"
                                       "0a046c6f7373"
                                       "150000003f"
                                       "0a0f"
                                       "0a0876616c5f6c6f7373"
                                       "15000000c0"
                                       "80b783bd"));
  std::string start;
  append_start(start, 2.0, 6);
  CHECK(start == from_hex("0f00000000000000"
                          "6d532b09"
                          "090000000000000040"
                          "1006"
                          "3a020801"
                          "b3e1059a"));
  std::string with_prefix, long_name;
  append_scalars(with_prefix, 0, 1, "step/", std::vector<std::string>{"loss"}, std::vector<double>{1});
  CHECK(events_of(with_prefix)[0].scalars == std::map<std::string, float>{{"step/loss", 1.0F}});
  append_scalars(long_name, 0, 1, "", std::vector<std::string>{std::string(300, 'x'), "y"}, std::vector<double>{1, 2});
  CHECK(events_of(long_name)[0].scalars == std::map<std::string, float>{{std::string(300, 'x'), 1.0F}, {"y", 2.0F}});
}

TEST_CASE("tensorboard: a file of each fit with what it measured over the step") {
  const TemporaryFolder temporary;
  const auto folder = temporary / "runs" / "first";  // made
  Model model = classifier();
  FitOptions options = options_with({TensorBoardLog(folder, {.every = 2})});
  options.validation = &data();
  options.metrics = {{"half", [](const ConstTensorView&, const ConstTensorView&) { return 0.5; }}};
  std::vector<StepReport> steps;
  options.on_step = [&](const StepReport& report) {
    if (report.step % 2 == 0 || report.step == 5) steps.push_back(report);
    return Control::go_on;
  };
  const History history = fit(model, data(), options);
  const auto files = files_in(folder);
  REQUIRE(files.size() == 1);
  CHECK(std::regex_match(files[0].filename().string(), std::regex(R"(events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+)")));
  const std::vector<Event> events = events_of(read_bytes(files[0]));
  REQUIRE(events.size() == 1 + 6 + 2);
  CHECK(events[0].version == "brain.Event:2");
  std::size_t step = 0, epoch = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    CHECK(events[i].time >= events[i - 1].time);
    CHECK(events[i].time > 1.7e9);  // seconds since 1970
    std::map<std::string, float> expected;
    if (i == 4 || i == 8) {
      const EpochReport& e = history.epochs.at(epoch++);
      expected = {{"loss", static_cast<float>(e.loss)},
                  {"accuracy", static_cast<float>(*e.accuracy)},
                  {"val_loss", static_cast<float>(*e.validation_loss)},
                  {"val_accuracy", static_cast<float>(*e.validation_accuracy)},
                  {"val_half", 0.5F},
                  {"learning_rate", 0.01F}};
      CHECK(events[i].step == e.total_steps);
    } else {
      const StepReport& s = steps.at(step++);
      expected = {
          {"step/loss", static_cast<float>(s.loss)}, {"step/accuracy", static_cast<float>(*s.accuracy)}, {"step/learning_rate", 0.01F}};
      CHECK(events[i].step == s.total_steps);
    }
    CHECK(events[i].scalars == expected);
  }
  fit(model, data(), options_with({TensorBoardLog(folder)}));
  CHECK(files_in(folder).size() == 2);
}

TEST_CASE("tensorboard: a resumed run voids the events that are newer than its state") {
  const TemporaryFolder folder;
  Model model = classifier();
  fit(model, data(), options_with({TensorBoardLog(folder.path())}));
  TensorBoardLog resumed(folder.path());
  resumed.load_state(model.training_state().callbacks[0]);
  resumed.on_begin(model, {});
  std::size_t starts = 0;
  for (const auto& file : files_in(folder.path())) {
    const std::vector<Event> events = events_of(read_bytes(file));
    if (events.size() != 2) continue;
    ++starts;
    CHECK(events[0].version == "brain.Event:2");
    CHECK(events[1].session_status == 1);  // START
    CHECK(events[1].step == 11);           // after ten steps
  }
  CHECK(starts == 1);
}

TEST_CASE("tensorboard: a folder that cannot be made is an error before the first step") {
  Model model = classifier();
  const Snapshot before(model);
  CHECK_THROWS_WITH_AS(fit(model, data(), options_with({TensorBoardLog("/dev/null/run")})),
                       "/dev/null/run: the folder cannot be made: Not a directory. Name another.", FileError);
  CHECK(Snapshot(model) == before);
}

TEST_CASE("tensorboard: python3-crc32c agrees with every checksum and protoc reads every event") {
  const std::string python = "/usr/bin/python3";
  if (run(python + " -c 'import crc32c'").status != 0 || run("protoc --version").status != 0) {
    std::cout << "SKIPPED: needs python3-crc32c and protoc (protobuf-compiler)\n";
    return;
  }
  const TemporaryFolder folder;
  Model model = classifier();
  fit(model, data(), options_with({TensorBoardLog(folder / "run", {.every = 1})}, 3));
  write_bytes(folder / "read.py", R"(
import crc32c, struct, subprocess, sys
data = open(sys.argv[1], 'rb').read()
def masked(b):
  c = crc32c.crc32c(b)
  return ((c >> 15 | c << 17) + 0xa282ead8) & 0xffffffff
at = 0
while at < len(data):
  length, crc = struct.unpack('<QI', data[at:at + 12])
  assert crc == masked(data[at:at + 8]), at
  payload = data[at + 12:at + 12 + length]
  assert struct.unpack('<I', data[at + 12 + length:at + 16 + length])[0] == masked(payload), at
  at += 16 + length
  print(subprocess.run(['protoc', '--decode_raw'], input=payload, capture_output=True, check=True).stdout.decode(), end='')
assert at == len(data)
)");
  const Ran ran = run(python + " " + (folder / "read.py").string() + " " + files_in(folder / "run").at(0).string());
  REQUIRE_MESSAGE(ran.status == 0, ran.output);
  CHECK(std::regex_search(ran.output, std::regex("^1: 0x[0-9a-f]+\n2: 0\n3: \"brain.Event:2\"\n")));
  // After the last step, then the epoch.
  CHECK(std::regex_search(
      ran.output, std::regex("2: 15\n5 \\{\n  1 \\{\n    1: \"step/loss\"\n    2: 0x[0-9a-f]+\n  \\}\n  1 \\{\n    1: \"step/accuracy\"")));
  CHECK(std::regex_search(ran.output, std::regex("2: 15\n5 \\{\n  1 \\{\n    1: \"loss\"\n    2: 0x[0-9a-f]+\n  \\}\n")));
}
