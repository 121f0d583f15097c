#pragma once

#include <string>

#include <weir/weir.hpp>

// The images to train on, and what they are called.
struct Images {
  std::string name;  // mnist, fashion or digits; "custom" for a folder with images that are none of these
  weir::TrainTest data;
};

// Where the images come from, in order: `folder`; $WEIR_DATA_DIR/mnist; data/mnist in the source tree; the user's cache; a download
// into it. When MNIST was not asked for and cannot be had: the bundled digits, said in three lines. Throws when an explicit folder or
// data set cannot be used, and when `require_mnist` and there is none. `quiet` prints nothing.
Images find_images(const std::string& folder, const std::string& dataset, bool require_mnist, bool quiet);
