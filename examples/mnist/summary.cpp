#include "summary.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>

#include <nlohmann/json.hpp>

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
  }
  return "unknown processor";
}

void print_confusion(const weir::ConfusionMatrix& confusion) {
  std::printf("\nrows: the label, columns: the prediction\n     ");
  for (std::int64_t c = 0; c < confusion.classes; ++c) std::printf("%6lld", static_cast<long long>(c));
  std::printf("\n");
  for (std::int64_t r = 0; r < confusion.classes; ++r) {
    std::printf("%5lld", static_cast<long long>(r));
    for (std::int64_t c = 0; c < confusion.classes; ++c) std::printf("%6lld", static_cast<long long>(confusion.at(r, c)));
    std::printf("\n");
  }
}

}  // namespace

void print(const Summary& summary) {
  print_confusion(summary.confusion);
  std::printf("\n%s: test loss %.4f, test accuracy %.2f %% of %lld images\n", summary.dataset.c_str(), summary.test.loss,
              100 * summary.test.accuracy.value_or(0), static_cast<long long>(summary.test.samples));
  if (summary.dataset == "digits") std::printf("These are the bundled UCI digits (8 x 8 points), not MNIST.\n");
  std::printf("trained in %.1f s: %.0f samples/s, %d thread%s (%s), %s\n", summary.seconds, summary.samples_per_second, summary.threads,
              summary.threads == 1 ? "" : "s", summary.threads_reason.c_str(), processor().c_str());
  std::fflush(stdout);
}

void write_json(const Summary& summary, const std::string& file) {
  nlohmann::ordered_json epochs = nlohmann::ordered_json::array();
  for (const weir::EpochReport& epoch : summary.history.epochs) {
    epochs.push_back({{"loss", epoch.loss},
                      {"accuracy", epoch.accuracy.value_or(0)},
                      {"validation_loss", epoch.validation_loss.value_or(0)},
                      {"validation_accuracy", epoch.validation_accuracy.value_or(0)},
                      {"seconds", epoch.seconds}});
  }
  const nlohmann::ordered_json json = {{"dataset", summary.dataset},
                                       {"train_samples", summary.train_samples},
                                       {"test_samples", summary.test_samples},
                                       {"parameters", summary.parameters},
                                       {"epochs", epochs},
                                       {"test_loss", summary.test.loss},
                                       {"test_accuracy", summary.test.accuracy.value_or(0)},
                                       {"seconds", summary.seconds},
                                       {"samples_per_second", summary.samples_per_second},
                                       {"threads", summary.threads},
                                       {"device", summary.device},
                                       {"seed", summary.seed}};
  weir::write_file(file, json.dump(2) + '\n');
}
