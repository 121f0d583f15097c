#include "images.hpp"

#include <filesystem>
#include <iostream>
#include <optional>

#include "fetch.hpp"

namespace {

const std::filesystem::path data_folder = MNIST_DATA_FOLDER;  // data/ of the source tree

// The images of a folder that the user gave. Their name is that of the data set whose files they equal, else "custom".
Images from_folder(const std::string& folder, const std::string& dataset) {
  if (dataset == "digits") return {dataset, weir::load_digits(folder)};
  weir::TrainTest data = weir::load_mnist(folder);
  std::string name = weir::identify(data);
  if (!dataset.empty() && name != dataset) {
    throw weir::FormatError(folder + ": holds " + (name.empty() ? "images that are not the published ones" : name) + ", expected " +
                            dataset + ". Name another folder, or leave --dataset out.");
  }
  return {name.empty() ? "custom" : name, std::move(data)};
}

std::optional<Images> find_mnist(bool quiet) {
  const auto found = weir::find_mnist(data_folder / "mnist");
  if (found) return Images{"mnist", weir::load_mnist(*found)};
  const std::filesystem::path cache = weir::mnist_cache();
  if (cache.empty() || !fetch_mnist(data_folder / "fetch_mnist.cmake", cache, quiet)) return std::nullopt;
  return Images{"mnist", weir::load_mnist(cache)};
}

}  // namespace

Images find_images(const std::string& folder, const std::string& dataset, bool require_mnist, bool quiet) {
  const auto check = [&](Images images) {
    if (require_mnist && images.name != "mnist") {
      throw weir::FileError("--require-mnist: the data is " + images.name +
                            ", expected mnist. Leave --data and --dataset out, or name MNIST's folder.");
    }
    return images;
  };
  if (!folder.empty()) return check(from_folder(folder, dataset));
  if (dataset == "fashion") return check({dataset, weir::load_fashion_mnist()});
  if (dataset == "digits") return check({dataset, weir::load_digits(data_folder / "digits")});
  if (auto images = find_mnist(quiet)) {
    if (weir::identify(images->data) != "mnist") {
      throw weir::FormatError("mnist: the files found are not the published ones. Delete them, or name their folder with --data.");
    }
    return *std::move(images);
  }
  const std::string how = "put its four files into data/mnist, or run ./weir train where there is a network";
  if (require_mnist || !dataset.empty()) throw weir::FileError("MNIST is not here and could not be downloaded. To get it: " + how + ".");
  if (!quiet) {
    std::cout << "MNIST is neither in data/mnist nor in WEIR_DATA_DIR nor in the cache, and could not be downloaded from its two mirrors.\n"
                 "Instead: the bundled UCI digits, 1,797 images of 8 x 8 points. They are not MNIST.\n"
                 "To get MNIST: "
              << how << ".\n\n"
              << std::flush;
  }
  return {"digits", weir::load_digits(data_folder / "digits")};
}
