// An IDX file, plain or packed by gzip, from memory.
#include <string>
#include <weir/core/error.hpp>
#include <weir/data/idx.hpp>

#include "tests/data/idx_bytes.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/in_memory.hpp"

namespace weir::test {

void fuzz_one(const std::string& bytes) {
  try {
    const Tensor tensor = read_idx(in_memory(bytes));
    require(tensor.bytes() > 0, "an IDX file without elements was read");
  } catch (const Error&) {
  }
}

std::map<std::string, std::string> seeds() {
  const std::string images = idx_header({2, 3, 4}) + some_bytes(24), labels = idx_header({5}) + some_bytes(5);
  return {{"images", images}, {"images.gz", gzip(images)}, {"labels", labels}, {"labels.gz", gzip(labels)}};
}

}  // namespace weir::test
