#pragma once

#include <filesystem>

// Runs the script that downloads MNIST into a folder; false when it could not. Its lines go to standard output unless quiet.
bool fetch_mnist(const std::filesystem::path& script, const std::filesystem::path& folder, bool quiet);
