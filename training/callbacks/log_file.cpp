#include "training/callbacks/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>

#include "core/files/input_file.hpp"
#include "core/text.hpp"
#include "formats/digest.hpp"

namespace weir {

namespace {

constexpr std::size_t most_waiting = 1 << 20;

std::uint32_t crc_of(std::uint32_t crc, std::string_view text) { return add_crc32(crc, std::as_bytes(std::span(text))); }

// The place after the last whole line of the file's first `bytes`.
LogFile::Place last_line_end(const InputFile& file, std::uint64_t bytes) {
  LogFile::Place place;
  std::uint32_t crc = 0;  // of all before `block`
  std::string block;
  for (std::uint64_t begin = 0; begin < bytes; begin += block.size()) {
    block.resize(std::min<std::uint64_t>(bytes - begin, 1 << 16));
    file.read(begin, std::as_writable_bytes(std::span(block)));
    if (const std::size_t end = block.rfind('\n') + 1; end > 0) place = {begin + end, crc_of(crc, std::string_view(block).substr(0, end))};
    crc = crc_of(crc, block);
  }
  return place;
}

}  // namespace

LogFile::LogFile(std::filesystem::path path, std::string text, const std::string& expected, const LogOptions& options,
                 const std::optional<Place>& place)
    : path_(std::move(path)),
      on_problem_(options.on_problem),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)),
      text_(std::move(text)) {
  if (!file_.open()) throw FileError(path_.string() + ": cannot be opened: " + last_error() + ". Name a file that can be written.");
  struct stat facts {};
  const bool regular = ::fstat(file_.get(), &facts) == 0 && S_ISREG(facts.st_mode);
  const std::uint64_t size = regular ? static_cast<std::uint64_t>(facts.st_size) : 0;
  const bool goes_on = place ? place->bytes > 0 : options.append;
  if (goes_on && size > 0) go_on(expected, size, place);
  keep_ = place_.bytes;
  shorten_ = keep_ < size;
  text_.reserve(1 << 10);
  if (shorten_) return;
  counted_ = text_.size();
  place_ = {place_.bytes + counted_, crc_of(place_.crc, text_)};
  if (text_.empty() && regular) {  // is there room?
    text_ = "\n";
    counted_ = 1;
    if (put() && ::ftruncate(file_.get(), facts.st_size) != 0) error_ = last_error();
  }
  if (!error_.empty() || !put()) {
    throw FileError(path_.string() + ": cannot be written: " + error_ + ". Make room, or name another file.");
  }
}

void LogFile::go_on(const std::string& expected, std::uint64_t size, const std::optional<Place>& place) {
  const InputFile file(path_);
  std::string head(std::min<std::uint64_t>(size, expected.size()), ' ');
  file.read(0, std::as_writable_bytes(std::span(head)));
  if (head != expected) {
    throw FileError(path_.string() + ": cannot go on with this file: it begins with '" + head.substr(0, head.find('\n')) + "', expected '" +
                    expected.substr(0, expected.find('\n')) + "'. Name another file.");
  }
  const bool shorter = !place || size < place->bytes;  // then all that is there stays
  place_ = last_line_end(file, shorter ? size : place->bytes);
  if (!shorter && (place_.bytes != place->bytes || place_.crc != place->crc)) {
    throw FileError(path_.string() + ": is not the log that the resumed run wrote: its first " +
                    with_commas(static_cast<std::int64_t>(place->bytes)) + " bytes differ. Put that file here, or name another.");
  }
  text_.clear();
}

void LogFile::write() {
  if (!error_.empty() && text_.size() > most_waiting) text_.resize(counted_);
  const std::string_view added = std::string_view(text_).substr(counted_);
  place_ = {place_.bytes + added.size(), crc_of(place_.crc, added)};
  counted_ = text_.size();
  const bool failed_before = !error_.empty();
  if (!put() && !failed_before && on_problem_) {
    on_problem_(path_.string() + ": a row cannot be written: " + error_ + ". Training goes on; the row is written when that is possible.");
  }
}

bool LogFile::put() {
  error_.clear();
  if (shorten_ && ::ftruncate(file_.get(), static_cast<off_t>(keep_)) != 0) error_ = last_error();
  shorten_ = shorten_ && !error_.empty();
  while (error_.empty() && !text_.empty()) {
    const ssize_t put = ::write(file_.get(), text_.data(), text_.size());
    if (put >= 0) {
      text_.erase(0, static_cast<std::size_t>(put));
      counted_ -= static_cast<std::size_t>(put);
    } else if (errno != EINTR) {
      error_ = last_error();
    }
  }
  return error_.empty();
}

void LogFile::finish() {
  if (place_.bytes == 0 || put()) return;
  const std::string message = path_.string() + ": its last rows are missing, they could not be written: " + error_ + ".";
  if (!on_problem_) throw FileError(message + " The training itself has ended well.");
  on_problem_(message);
}

}  // namespace weir
