#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The options of the command line. Defaults that depend on the data set are in defaults_for (train.cpp).

struct TrainOptions {
  std::string data;     // a folder; empty: look for MNIST
  std::string dataset;  // mnist, fashion or digits; empty: MNIST, or the digits when there is none
  bool require_mnist = false;
  std::vector<std::int64_t> hidden = {128};
  std::string activation = "relu";
  std::optional<std::int64_t> epochs;
  std::optional<std::int64_t> batch;
  std::string optimizer = "adam";
  std::optional<double> lr;
  std::uint64_t seed = 0;
  std::optional<int> threads;
  std::string device = "auto";
  std::string precision = "f32";
  bool compare = false;
  std::string save;
  std::string checkpoint;  // a folder
  std::string json;
  std::string csv;
  std::string tensorboard;            // a folder
  std::optional<std::int64_t> ranks;  // processes; unset: this one, with whole batches
  std::string hosts;                  // "a:2,b:2"; empty: this machine
  std::int64_t restarts = 0;
  bool profile = false;
  bool quiet = false;
  bool in_ranks() const { return ranks || !hosts.empty(); }
  std::string command;  // the arguments as a shell takes them, each after a space
};

struct PredictOptions {
  std::string model;
  std::string data;
  std::optional<std::int64_t> index;
  std::string image;
};

// Both print to standard output and throw weir::Error. train returns the exit code.
int train(TrainOptions options);
void predict(const PredictOptions& options);
