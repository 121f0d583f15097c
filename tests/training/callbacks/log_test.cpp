#include <doctest/doctest.h>
#include <sys/resource.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <functional>
#include <locale>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/training/csv_log.hpp>
#include <weir/training/early_stopping.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/json_lines_log.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

double number(const std::string& text) {
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(error == std::errc());
  CHECK(end == text.data() + text.size());
  return value;
}

EpochReport epoch(std::int64_t number, double loss = 0.5) {
  EpochReport report;
  report.epoch = number;
  report.total_steps = static_cast<std::uint64_t>(5 * number);
  report.loss = loss;
  report.learning_rate = 0.125;
  report.seconds = 0.25;
  return report;
}

const std::string header = "epoch,step,loss,learning_rate,seconds\n";
std::string row(std::int64_t number) { return std::to_string(number) + "," + std::to_string(5 * number) + ",0.5,0.125,0.25\n"; }
std::string json_row(std::int64_t number) {
  return R"({"epoch":)" + std::to_string(number) + R"(,"step":)" + std::to_string(5 * number) +
         R"(,"loss":0.5,"learning_rate":0.125,"seconds":0.25})" + "\n";
}

// Runs epochs with a log by itself: begin, the epochs, end. Returns the state after each call but the last.
template <class L>
std::vector<CallbackState> log_epochs(L log, std::int64_t first, std::int64_t last, const CallbackState* resume = nullptr) {
  Model model = classifier();
  std::vector<CallbackState> states;
  const auto save = [&] { log.save_state(states.emplace_back()); };
  if (resume != nullptr) log.load_state(*resume);
  log.on_begin(model, {});
  save();
  for (std::int64_t i = first; i <= last; ++i) {
    log.on_epoch(model, epoch(i));
    save();
  }
  log.on_end(model, {});
  return states;
}

// Files cannot grow beyond so many bytes, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    signal_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

struct Commas : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

}  // namespace

TEST_CASE("log: rows of epochs hold what History holds to the last digit in any locale") {
  const TemporaryFolder folder;
  const std::locale before = std::locale::global(std::locale(std::locale(), new Commas));
  Model model = classifier();
  FitOptions options = options_with({CsvLog(folder / "log.csv"), JsonLinesLog(folder / "log.jsonl")}, 3);
  options.validation = &data();
  options.metrics = {{"third", [](const ConstTensorView&, const ConstTensorView&) { return 1.0 / 3; }}};
  const History history = fit(model, data(), options);
  std::locale::global(before);
  const auto lines = split(read_bytes(folder / "log.csv"), '\n'), objects = split(read_bytes(folder / "log.jsonl"), '\n');
  REQUIRE(lines.size() == 4);
  REQUIRE(objects.size() == 3);
  CHECK(lines[0] == "epoch,step,loss,accuracy,val_loss,val_accuracy,val_third,learning_rate,seconds");
  const auto names = split(lines[0], ',');
  for (std::size_t i = 0; i < 3; ++i) {
    const EpochReport& e = history.epochs[i];
    const auto cells = split(lines[i + 1], ',');
    const nlohmann::ordered_json object = nlohmann::ordered_json::parse(objects[i]);
    const std::vector<double> expected{static_cast<double>(e.epoch),
                                       static_cast<double>(e.total_steps),
                                       e.loss,
                                       *e.accuracy,
                                       *e.validation_loss,
                                       *e.validation_accuracy,
                                       1.0 / 3,
                                       e.learning_rate,
                                       e.seconds};
    REQUIRE(cells.size() == expected.size());
    REQUIRE(object.size() == expected.size());
    std::size_t j = 0;
    for (const auto& [key, value] : object.items()) {
      CHECK(key == names[j]);
      CHECK(value.get<double>() == expected[j]);
      CHECK(number(cells[j]) == expected[j]);
      ++j;
    }
  }
}

TEST_CASE("log: with a number of steps there is a row after so many and after the last of an epoch") {
  const TemporaryFolder folder;
  Model model = classifier();
  FitOptions options = options_with({CsvLog(folder / "log.csv", {.every = 2}), JsonLinesLog(folder / "log.jsonl", {.every = 100})});
  std::vector<StepReport> steps;
  options.on_step = [&](const StepReport& report) {
    if (report.step % 2 == 0 || report.step == 5) steps.push_back(report);
    if (report.step == 4) CHECK(split(read_bytes(folder / "log.csv"), '\n').size() == steps.size() + 1);  // written at once
    return Control::go_on;
  };
  fit(model, data(), options);
  const auto lines = split(read_bytes(folder / "log.csv"), '\n');
  CHECK(lines[0] == "epoch,step,loss,accuracy,learning_rate,seconds");
  REQUIRE(lines.size() == 7);
  for (std::size_t i = 0; i < 6; ++i) {
    const auto cells = split(lines[i + 1], ',');
    CHECK(number(cells[0]) == static_cast<double>(steps[i].epoch));
    CHECK(number(cells[1]) == static_cast<double>(std::vector{2, 4, 5, 7, 9, 10}[i]));
    CHECK(number(cells[2]) == steps[i].loss);
    CHECK(number(cells[3]) == *steps[i].accuracy);
    CHECK(number(cells[4]) == 0.01);
  }
  const auto objects = split(read_bytes(folder / "log.jsonl"), '\n');
  CHECK(objects.size() == 2);
  CHECK(nlohmann::json::parse(objects[1])["step"] == 10);
}

TEST_CASE("log: numbers that are none are nan in CSV and null in JSON") {
  const TemporaryFolder folder;
  Model model = classifier();
  CsvLog csv(folder / "log.csv");
  JsonLinesLog json(folder / "log.jsonl");
  for (Callback* log : {static_cast<Callback*>(&csv), static_cast<Callback*>(&json)}) {
    log->on_begin(model, {.accuracy = true});
    log->on_epoch(model, epoch(1, 1e300 * 1e300));
    log->on_end(model, {});
  }
  CHECK(read_bytes(folder / "log.csv") == "epoch,step,loss,accuracy,learning_rate,seconds\n1,5,inf,nan,0.125,0.25\n");
  CHECK(read_bytes(folder / "log.jsonl") == R"({"epoch":1,"step":5,"loss":null,"accuracy":null,"learning_rate":0.125,"seconds":0.25})"
                                            "\n");
}

TEST_CASE("log: a resumed run drops newer rows and goes on from any state") {
  const TemporaryFolder folder;
  const auto csv = folder / "log.csv", json = folder / "log.jsonl";
  std::string all = header, objects;
  for (std::int64_t i = 1; i <= 5; ++i) {
    all += row(i);
    objects += json_row(i);
  }
  for (std::int64_t at = 0; at <= 5; ++at) {
    CAPTURE(at);
    for (const std::int64_t last : {at, std::int64_t{5}}) {  // no more epochs: the newer rows go too
      write_bytes(csv, "an old file");
      write_bytes(json, "an old file");
      const auto states = log_epochs(CsvLog(csv), 1, 5), object_states = log_epochs(JsonLinesLog(json), 1, 5);
      CHECK(read_bytes(csv) == all);
      CHECK(read_bytes(json) == objects);
      const auto index = static_cast<std::size_t>(at);
      log_epochs(CsvLog(csv), at + 1, last, &states[index]);
      log_epochs(JsonLinesLog(json), at + 1, last, &object_states[index]);
      if (last == 0) continue;  // no row yet and none to come: an old file stays
      CHECK(read_bytes(csv) == all.substr(0, all.find(row(last)) + row(last).size()));
      CHECK(read_bytes(json) == objects.substr(0, objects.find(json_row(last)) + json_row(last).size()));
    }
  }
}

TEST_CASE("log: a file that was cut goes on after its last whole row") {
  const TemporaryFolder folder;
  const auto path = folder / "log.csv";
  const auto states = log_epochs(CsvLog(path), 1, 3);
  const std::string all = header + row(1) + row(2) + row(3);
  CHECK(read_bytes(path) == all);
  for (std::size_t length = header.size(); length < all.size(); ++length) {
    CAPTURE(length);
    write_bytes(path, all.substr(0, length));
    log_epochs(CsvLog(path), 4, 4, &states[3]);
    CHECK(read_bytes(path) == all.substr(0, all.rfind('\n', length - 1) + 1) + row(4));
  }
  std::filesystem::remove(path);
  log_epochs(CsvLog(path), 4, 4, &states[3]);
  CHECK(read_bytes(path) == header + row(4));
}

TEST_CASE("log: a resumed run refuses a file that is not the one it wrote and leaves it alone") {
  const TemporaryFolder folder;
  const auto path = folder / "log.csv";
  const auto states = log_epochs(CsvLog(path), 1, 3);
  const std::string all = read_bytes(path);
  for (std::size_t i = 0; i < all.size() - row(3).size(); ++i) {
    CAPTURE(i);
    std::string other = all;
    other[i] ^= 1;
    write_bytes(path, other);
    CHECK_THROWS_AS(log_epochs(CsvLog(path), 3, 3, &states[2]), FileError);
    CHECK(read_bytes(path) == other);
  }
  std::string other = all;
  other[header.size() + 4] = '7';
  write_bytes(path, other);
  CHECK_THROWS_WITH_AS(log_epochs(CsvLog(path), 3, 3, &states[2]),
                       (path.string() + ": is not the log that the resumed run wrote: its first 77 bytes differ. Put that file here, or "
                                        "name another.")
                           .c_str(),
                       FileError);
}

TEST_CASE("log: append keeps the rows of earlier runs and other columns are refused") {
  const TemporaryFolder folder;
  const auto path = folder / "log.csv", json = folder / "log.jsonl";
  const LogOptions append{.append = true};
  log_epochs(CsvLog(path, append), 1, 2);
  log_epochs(CsvLog(path, append), 1, 1);
  CHECK(read_bytes(path) == header + row(1) + row(2) + row(1));
  log_epochs(CsvLog(path), 3, 3);
  CHECK(read_bytes(path) == header + row(3));
  log_epochs(JsonLinesLog(json, append), 1, 2);
  log_epochs(JsonLinesLog(json, append), 3, 3);
  CHECK(read_bytes(json) == json_row(1) + json_row(2) + json_row(3));
  for (const std::string old : {"epoch,loss\n1,2\n", "x", "epoch,step,loss,learning_rate,seconds"}) {
    write_bytes(path, old);
    CHECK_THROWS_WITH_AS(log_epochs(CsvLog(path, append), 1, 1),
                         (path.string() + ": cannot go on with this file: it begins with '" + old.substr(0, old.find('\n')) +
                          "', expected 'epoch,step,loss,learning_rate,seconds'. Name another file.")
                             .c_str(),
                         FileError);
    CHECK(read_bytes(path) == old);
  }
}

TEST_CASE("log: a file to be replaced stays when the run does not begin") {
  const TemporaryFolder folder;
  const auto path = folder / "log.csv";
  write_bytes(path, "precious\n");
  Model model = classifier();
  const EarlyStopping refuses({.monitor = "nothing"});
  CHECK_THROWS_AS(fit(model, data(), options_with({CsvLog(path), refuses})), ConfigError);
  CHECK(read_bytes(path) == "precious\n");
  fit(model, data(), options_with({CsvLog(path)}));
  CHECK(split(read_bytes(path), '\n').size() == 3);
}

TEST_CASE("log: what cannot be opened or written is an error before the first step") {
  const TemporaryFolder folder;
  Model model = classifier();
  const Snapshot before(model);
  const auto missing = folder / "missing" / "log.csv";
  CHECK_THROWS_WITH_AS(fit(model, data(), options_with({CsvLog(missing)})),
                       (missing.string() + ": cannot be opened: No such file or directory. Name a file that can be written.").c_str(),
                       FileError);
  CHECK_THROWS_AS(fit(model, data(), options_with({CsvLog(folder.path())})), FileError);
  if (std::filesystem::exists("/dev/full")) {
    CHECK_THROWS_WITH_AS(fit(model, data(), options_with({CsvLog("/dev/full")})),
                         "/dev/full: cannot be written: No space left on device. Make room, or name another file.", FileError);
  }
  {
    const FullDisk full(0);
    CHECK_THROWS_AS(fit(model, data(), options_with({CsvLog(folder / "a")})), FileError);
    CHECK_THROWS_AS(fit(model, data(), options_with({JsonLinesLog(folder / "b")})), FileError);
  }
  CHECK(Snapshot(model) == before);
  CHECK_THROWS_WITH_AS(CsvLog(""), "csv_log: the path is empty. Name a file.", ConfigError);
  CHECK_THROWS_WITH_AS(JsonLinesLog("a", {.every = -1}), "json_lines_log: every is -1, expected at least 0.", ConfigError);
}

TEST_CASE("log: a disk that fills up is reported once and nothing is lost when there is room again") {
  const TemporaryFolder folder;
  const auto path = folder / "log.csv";
  std::vector<std::string> problems;
  Model model = classifier();
  CsvLog log(path, {.on_problem = [&](const std::string& message) { problems.push_back(message); }});
  log.on_begin(model, {});
  log.on_epoch(model, epoch(1));
  {
    const FullDisk full(header.size() + row(1).size() + 7);  // a row is cut
    for (std::int64_t i = 2; i <= 4; ++i) log.on_epoch(model, epoch(i));
    CHECK(problems == std::vector<std::string>{path.string() +
                                               ": a row cannot be written: File too large. Training goes on; the row is written when that "
                                               "is possible."});
    CHECK(read_bytes(path) == header + row(1) + row(2).substr(0, 7));
  }
  SUBCASE("with the next row") { log.on_epoch(model, epoch(5)); }
  SUBCASE("in the end") {}
  log.on_end(model, {});
  CHECK(read_bytes(path).starts_with(header + row(1) + row(2) + row(3) + row(4)));
  CHECK(problems.size() == 1);
}

TEST_CASE("log: rows that are missing in the end are an error after the callbacks have ended") {
  const TemporaryFolder folder;
  const auto path = folder / "log.csv";
  const Log log = std::make_shared<std::vector<std::string>>();
  Model model = classifier(), alone = classifier();
  std::vector<std::string> problems;
  for (const bool reported : {false, true}) {
    LogOptions options;
    if (reported) options.on_problem = [&](const std::string& message) { problems.push_back(message); };
    model = classifier();
    const FitOptions fits = options_with({CsvLog(path, options), Recorder("after", 0, log)});
    const std::string text = path.string() + ": its last rows are missing, they could not be written: File too large.";
    const FullDisk full(60);  // the header is 47 bytes
    if (reported) {
      fit(model, data(), fits);
      CHECK(problems.back() == text);
      CHECK(problems.size() == 2);
    } else {
      CHECK_THROWS_WITH_AS(fit(model, data(), fits), (text + " The training itself has ended well.").c_str(), FileError);
    }
    CHECK(log->back() == "after end 2");
    log->clear();
  }
  fit(alone, data(), options_with({}));
  CHECK(Snapshot(model) == Snapshot(alone));
}
