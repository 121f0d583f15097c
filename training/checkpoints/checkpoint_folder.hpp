#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace weir {

// The folder of a run's checkpoints, "step-000001200.safetensors" each. What else lies in it is left alone.
std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::uint64_t step);

struct CheckpointFile {
  std::uint64_t step = 0;
  std::filesystem::path path;
};

// The checkpoints in a folder, newest (most steps) first; none when there is no such folder. FileError when it cannot be read.
std::vector<CheckpointFile> checkpoints_in(const std::filesystem::path& folder);

// Removes the unfinished files that a killed process left in the folder.
void remove_unfinished(const std::filesystem::path& folder);

}  // namespace weir
