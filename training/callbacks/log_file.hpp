#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <weir/training/log_options.hpp>

#include "core/files/file_descriptor.hpp"

namespace weir {

// A file to which rows are added. What cannot be written waits in memory; a file that is shortened or replaced stays as it is until then.
class LogFile {
 public:
  // Where the rows of a run end, and the CRC-32 of all bytes before.
  struct Place {
    std::uint64_t bytes = 0;
    std::uint32_t crc = 0;
  };
  // Opens the file, or makes one that begins with `text`. An old one goes on where it was at `place`, or with options.append after its last
  // whole line; it must begin with `expected`. Otherwise it is replaced, by the first write. FileError leaves the file unchanged.
  LogFile(std::filesystem::path path, std::string text, const std::string& expected, const LogOptions& options,
          const std::optional<Place>& place);

  std::string& text() { return text_; }  // append a row here, then call write
  void write();
  void finish();  // tries once more; FileError if rows are still missing and there is no on_problem
  Place place() const { return place_; }

 private:
  void go_on(const std::string& expected, std::uint64_t size, const std::optional<Place>& place);
  bool put();

  std::filesystem::path path_;
  std::function<void(const std::string&)> on_problem_;
  FileDescriptor file_;
  Place place_;              // with all of text_ that is counted
  bool shorten_ = false;     // the file is longer than place_ was in the beginning
  std::uint64_t keep_ = 0;   // bytes that stay then
  std::string text_;         // not written yet
  std::size_t counted_ = 0;  // bytes of text_ that are in place_
  std::string error_;        // of the last attempt to write; empty: none
};

}  // namespace weir
