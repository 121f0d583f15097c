// Static objects that use weir before main, and after it when weir's own static objects have ended.
#include <cstdio>
#include <exception>
#include <vector>

#include <weir/core/registry.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/schedule.hpp>

namespace {

// Whatever looks something up by its name, trains, saves or loads.
void use(const char* when) {
  try {
    weir::Model model(weir::sequential({4}, weir::Dense(8), weir::Dropout(0.5), weir::Dense(1)), {.max_batch = 4, .seed = 1});
    weir::Dataset data(weir::Tensor({4, 4}), weir::Tensor({4, 1}));
    weir::fit(model, data,
              {.loss = weir::MeanSquaredError(),
               .optimizer = weir::make_optimizer("adam", {}),
               .schedule = weir::make_schedule("StepLR", weir::Config().set("step_size", std::int64_t{1})),
               .batch = 4});
    std::vector<std::byte> bytes;
    weir::save(model, bytes);
    weir::Model again = weir::load_model(bytes);
    const weir::Tensor y = weir::predict(again, data.inputs()[0].values);
    const bool fine = weir::make_registered_layer("dropout", {weir::Config().set("p", 0.5)})->type() == "dropout" && y.elements() == 4;
    std::printf("%s main: %s\n", when, fine ? "works" : "does not work");
  } catch (const std::exception& error) {
    std::printf("%s main: %s\n", when, error.what());
  }
  std::fflush(stdout);
}

struct First {
  ~First() { use("after"); }
} first;  // made before weir's static objects, so that it ends after them

struct Second {
  Second() { use("before"); }
} second;

}  // namespace

int main() { use("in"); }
