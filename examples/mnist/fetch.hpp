#pragma once

#include <filesystem>

// Runs the script that downloads MNIST into a folder; false when it could not. What it downloads it says on standard output unless quiet;
// why it could not is not shown.
bool fetch_mnist(const std::filesystem::path& script, const std::filesystem::path& folder, bool quiet);
