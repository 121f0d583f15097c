#include "training/checkpoints/resume.hpp"

#include <filesystem>
#include <span>
#include <system_error>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load_state_dict.hpp>

#include "core/files/input_file.hpp"
#include "training/checkpoints/checkpoint_content.hpp"
#include "training/checkpoints/checkpoint_folder.hpp"
#include "training/checkpoints/run_options.hpp"
#include "training/parameter_groups.hpp"

namespace weir {

namespace {

// Which parameter is trained with other options; empty when none is. Before its first step a run has not kept them.
std::string group_difference(const Model& model, const FitOptions& options, const std::vector<ParameterOptions>& saved) {
  const std::vector<ParameterOptions> own = ParameterGroups("fit", model, *options.optimizer, options.groups).options();
  if (saved.empty()) return "";
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (i >= saved.size() || saved[i] != own[i]) return "groups: " + own[i].name + " has other options";
  }
  return "";
}

}  // namespace

Resumption::Resumption(Model& model, const Dataset& train, const FitOptions& options) : model_(model) {
  const std::filesystem::path& path = options.resume;
  if (path.empty() || !options.communicator.is_first()) return;
  std::error_code ignored;
  if (path.extension() == ".safetensors" && !std::filesystem::is_directory(path, ignored)) {
    load(path.string(), path, train, options);
    return;
  }
  for (const CheckpointFile& file : checkpoints_in(path)) {
    try {
      load(file.path.string(), file.path, train, options);
      return;
    } catch (const FormatError& error) {
      damaged_.push_back(error.what());
    }
  }
  if (damaged_.empty()) return;
  throw FormatError("fit: none of the checkpoints in " + path.string() + " can be used: " + damaged_.front() +
                    " Remove them to begin anew.");
}

void Resumption::share(Ranks& ranks, const Dataset& train, const FitOptions& options) {
  if (ranks.alone()) return;
  std::string bytes, messages;
  for (const std::string& message : damaged_) messages += message + '\n';
  ranks.together([&] {
    if (!resumed()) return;
    const InputFile file((std::filesystem::path(from_)));
    bytes.resize(file.size());
    file.read(0, std::as_writable_bytes(std::span(bytes.data(), bytes.size())));
  });
  const std::string from = ranks.broadcast(0, from_);
  bytes = ranks.broadcast(0, std::move(bytes));
  messages = ranks.broadcast(0, std::move(messages));
  ranks.together([&] {
    if (ranks.is_first() || from.empty()) return;
    load(from, std::as_bytes(std::span(bytes.data(), bytes.size())), train, options);
    for (std::size_t begin = 0; begin < messages.size(); begin = messages.find('\n', begin) + 1) {
      damaged_.push_back(messages.substr(begin, messages.find('\n', begin) - begin));
    }
  });
}

void Resumption::load(const std::string& path, const TensorFile& file, const Dataset& train, const FitOptions& options) {
  TrainingState state = read_checkpoint(file, model_);
  const std::string who = "fit: " + path;
  if (state.run.entries().empty()) {
    throw ConfigError(who + ": was not saved during a fit. Use weir::load_checkpoint, and go on with a loop of your own or a new fit.");
  }
  std::string different = difference(state.run, run_options(train, options));
  if (const std::string groups = group_difference(model_, options, state.parameters); !groups.empty()) {
    different += (different.empty() ? "" : "; ") + groups;
  }
  if (!different.empty()) {
    throw ConfigError(who + ": was saved by a fit with other options: " + different +
                      ". Give fit the same data and options, or leave out resume.");
  }
  Before before{clone(model_.parameter_arena()), clone(model_.state_arena()), {}};
  load_state_dict(model_, file);
  before.training = std::exchange(model_.training_state(), std::move(state));
  before_ = std::move(before);
  from_ = path;
}

Resumption::~Resumption() {
  if (!before_) return;
  copy(before_->parameters, model_.parameter_arena());
  copy(before_->state, model_.state_arena());
  model_.training_state() = std::move(before_->training);
}

}  // namespace weir
