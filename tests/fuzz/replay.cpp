// fuzz_<target> FOLDER: reads every file of a corpus. fuzz_<target> --seeds FOLDER: writes the files that a corpus begins with.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir::test;

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "--seeds") {
    std::filesystem::create_directories(arguments[1]);
    for (const auto& [name, bytes] : seeds()) write_bytes(std::filesystem::path(arguments[1]) / name, bytes);
    return 0;
  }
  if (arguments.size() != 1) {
    std::cerr << "expected the folder of a corpus, or --seeds and a folder to write\n";
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[0])) files.push_back(entry.path());
  std::ranges::sort(files);
  int findings = files.empty() ? 1 : 0;
  for (const std::filesystem::path& file : files) {
    try {
      fuzz_one(read_bytes(file));
    } catch (const std::exception& error) {
      ++findings;
      std::cerr << file.string() << ": " << error.what() << "\n";
    }
  }
  std::cout << files.size() << " files were read\n";
  return findings == 0 ? 0 : 1;
}
