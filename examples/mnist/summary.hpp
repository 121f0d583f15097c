#pragma once

#include <string>

#include <weir/weir.hpp>

// The results of a training run.
struct Summary {
  std::string dataset;
  std::int64_t train_samples = 0;
  std::int64_t test_samples = 0;
  std::int64_t parameters = 0;
  weir::History history;
  weir::Evaluation test;
  weir::ConfusionMatrix confusion;
  double seconds = 0;  // time of the training steps only
  double samples_per_second = 0;
  int threads = 0;
  std::string threads_reason;  // what decided their number
  std::string device;
  std::uint64_t seed = 0;
};

void print(const Summary& summary);
void write_json(const Summary& summary, const std::string& file);  // throws weir::FileError if it cannot be written
