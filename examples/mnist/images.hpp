#pragma once

#include <string>

#include <weir/weir.hpp>

// The images to train on, with the name of the data set.
struct Images {
  std::string name;  // mnist, fashion or digits; "custom" for a folder with other images
  weir::TrainTest data;
};

// Looks for images in this order: `folder`; $WEIR_DATA_DIR/mnist; data/mnist in the source tree; the user's cache; a download into the
// cache. If MNIST was not requested explicitly and cannot be found or downloaded, uses the bundled digits and prints a notice. Throws if a
// folder or data set that was requested cannot be used, or if MNIST is missing and `require_mnist` is set. `quiet` prints nothing.
Images find_images(const std::string& folder, const std::string& dataset, bool require_mnist, bool quiet);
