#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
#include <utility>
#include <weir/core/error.hpp>
#include <weir/training/tensor_board_log.hpp>

#include "training/callbacks/event_file.hpp"

namespace weir {

namespace {

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

TensorBoardLog::TensorBoardLog(std::filesystem::path folder, LogOptions options)
    : FileLog("tensor_board_log", std::move(folder), std::move(options)) {}

std::filesystem::path TensorBoardLog::file() const {
  static std::atomic<unsigned> count{0};
  std::error_code error;
  std::filesystem::create_directories(path(), error);
  if (error) throw FileError(path().string() + ": the folder cannot be made: " + error.message() + ". Name another.");
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  std::string time = std::to_string(static_cast<std::int64_t>(now()));
  time.insert(0, 10 - std::min<std::size_t>(10, time.size()), '0');
  return path() / ("events.out.tfevents." + time + "." + host + "." + std::to_string(::getpid()) + "." + std::to_string(count++));
}

FileLog::Beginning TensorBoardLog::beginning(std::int64_t step) const {
  Beginning begin;
  append_version(begin.text, now());
  if (resumed()) append_start(begin.text, now(), step + 1);
  return begin;
}

void TensorBoardLog::append_row(std::string& text, const Row& row) const {
  append_scalars(text, now(), row.step, row.of_step ? "step/" : "", row.columns, row.values);
}

}  // namespace weir
