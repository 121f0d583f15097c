#include "formats/model_file.hpp"

#include <weir/core/error.hpp>

#include "formats/digest.hpp"
#include "formats/printable.hpp"

namespace weir {

namespace {

void check_version(const TensorFile& file) {
  const auto found = file.metadata().find(version_key);
  if (found == file.metadata().end()) {
    if (!file.metadata().contains(graph_key)) return;
    throw FormatError(file.name() + ": has a " + graph_key + " and no " + version_key + ". It is damaged: copy it again.");
  }
  const std::string& version = found->second;
  if (version == file_version || version == "1") {
    if (version == "1" || file.metadata().contains(digest_key)) return;
    throw FormatError(file.name() + ": has no " + digest_key + ". It is damaged: copy it again.");
  }
  const bool number = !version.empty() && version.front() != '0' && version.find_first_not_of("0123456789") == std::string::npos;
  if (!number)
    throw FormatError(file.name() + ": its " + version_key + " is " + in_quotes(version) +
                      ", expected a number. It is damaged: copy it again.");
  throw FormatError(file.name() + ": was saved by a newer weir: its file version is " + printable(version, 20) + ", this weir reads " +
                    file_version + ". Update weir.");
}

}  // namespace

void check_file(const TensorFile& file) {
  check_version(file);
  file.verify();
}

}  // namespace weir
