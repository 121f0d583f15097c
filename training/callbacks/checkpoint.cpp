#include <weir/training/checkpoint.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <system_error>
#include <utility>
#include <weir/core/error.hpp>
#include <weir/training/checkpoint_file.hpp>

#include "core/files/file_descriptor.hpp"
#include "core/text.hpp"
#include "training/checkpoints/checkpoint_content.hpp"
#include "training/checkpoints/checkpoint_folder.hpp"

namespace weir {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// About the size of a checkpoint: parameters, two moments, state and the header.
std::uintmax_t bytes_of(const Model& model) {
  constexpr std::uintmax_t header = 1 << 16;
  const ModelMemory memory = model.memory();
  return 3 * static_cast<std::uintmax_t>(memory.parameters) + static_cast<std::uintmax_t>(memory.state) + header;
}

// Holds the folder as long as it lives. FileError when another run holds it; a file system without locks is no obstacle.
std::shared_ptr<const FileDescriptor> lock(const std::filesystem::path& folder) {
  const auto file = std::make_shared<const FileDescriptor>(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file->open() || ::flock(file->get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return file;
  throw FileError("Checkpoint: another run, or another Checkpoint of this one, writes into the folder " + folder.string() +
                  ". Wait for it, or name another folder.");
}

// How many checkpoints newer than `step` the folder holds that fit did not pass over as damaged.
std::ptrdiff_t newer(const std::vector<CheckpointFile>& files, std::uint64_t step, const std::vector<std::string>& damaged) {
  return std::ranges::count_if(files, [&](const CheckpointFile& file) {
    const auto names_it = [&](const std::string& message) {
      return message.find(file.path.filename().string() + ":") != std::string::npos;
    };
    return file.step > step && std::ranges::none_of(damaged, names_it);
  });
}

}  // namespace

Checkpoint::Checkpoint(std::filesystem::path folder, CheckpointOptions options) : folder_(std::move(folder)), options_(std::move(options)) {
  if (folder_.empty()) throw ConfigError("Checkpoint: the name of the folder is empty. Name one.");
  if (folder_.extension() == ".safetensors") {
    throw ConfigError("Checkpoint: got " + folder_.string() +
                      ", expected a folder, in which each checkpoint is a file. Leave out '.safetensors'.");
  }
  if (options_.every_steps < 0 || options_.every_epochs < 0 || !(options_.every_minutes >= 0)) {
    throw ConfigError("Checkpoint: every_steps, every_epochs and every_minutes are " + with_commas(options_.every_steps) + ", " +
                      with_commas(options_.every_epochs) + " and " + number_text(options_.every_minutes) + ", expected at least 0.");
  }
  if (options_.keep < 1) throw ConfigError("Checkpoint: keep is " + with_commas(options_.keep) + ", expected at least 1.");
}

std::int64_t Checkpoint::every() const {
  constexpr std::int64_t look = 64;
  if (options_.every_minutes == 0) return options_.every_steps;
  return options_.every_steps == 0 ? look : std::gcd(options_.every_steps, look);
}

Control Checkpoint::on_begin(Model& model, const BeginReport& begin) {
  if (!options_.keep_best.empty()) {
    check_quantity("Checkpoint", options_.keep_best, begin);
    higher_is_better_ = higher_is_better("Checkpoint", options_.keep_best, options_.mode);
  }
  check_checkpoint("Checkpoint", model);
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    throw FileError("Checkpoint: the folder " + folder_.string() + " cannot be made: " + error.message() + ". Name another.");
  }
  lock_ = lock(folder_);
  const std::vector<CheckpointFile> earlier = checkpoints_in(folder_);
  if (newer(earlier, model.training_state().step, begin.damaged) > 0) {
    throw ConfigError("Checkpoint: the folder " + folder_.string() + " holds checkpoints of another run, up to " +
                      earlier.front().path.filename().string() + ". Go on from them with FitOptions::resume, or name another folder.");
  }
  remove_unfinished(folder_);
  check_writable(checkpoint_path(folder_, 0));
  check_room(model, begin, std::ssize(earlier));
  for (const std::string& message : begin.damaged) tell(message + " Training goes on from " + begin.resumed_from + ".");
  saved_step_ = model.training_state().step;
  saved_at_ = Clock::now();
  return Control::go_on;
}

void Checkpoint::check_room(const Model& model, const BeginReport& begin, std::int64_t there) const {
  std::error_code error;
  const std::uintmax_t room = std::filesystem::space(folder_, error).available, one = bytes_of(model);
  double most = static_cast<double>(options_.keep);
  if (options_.every_minutes == 0) {
    const auto epochs = static_cast<double>(begin.epochs);
    double saves = 1;  // the run's end
    if (options_.every_epochs > 0) saves += std::floor(epochs / static_cast<double>(options_.every_epochs));
    if (options_.every_steps > 0) saves += epochs * std::ceil(static_cast<double>(begin.steps) / static_cast<double>(options_.every_steps));
    most = std::min(most, saves);
  }
  const double more = std::max(0.0, most - static_cast<double>(there)) + 1;
  if (error || static_cast<double>(room) >= more * static_cast<double>(one)) return;
  throw FileError("Checkpoint: the disk of " + folder_.string() + " has " + with_commas(room) + " bytes left, expected room for " +
                  number_text(more) + " checkpoints of about " + with_commas(one) +
                  " bytes each, with one that is being written. Free some, keep fewer, or use another folder.");
}

Control Checkpoint::on_step(Model&, const StepReport& step) {
  const auto since = static_cast<std::int64_t>(step.total_steps - saved_step_);
  due_ = due_ || (options_.every_steps > 0 && since >= options_.every_steps) ||
         (options_.every_minutes > 0 &&
          std::chrono::duration<double, std::ratio<60>>(Clock::now() - saved_at_).count() >= options_.every_minutes);
  return Control::go_on;
}

Control Checkpoint::on_epoch(Model&, const EpochReport& epoch) {
  if (const double value = options_.keep_best.empty() ? none : quantity(epoch, options_.keep_best);
      !std::isnan(value) && (!best_ || (higher_is_better_ ? value > *best_ : value < *best_))) {
    best_before_ = std::exchange(best_, value);
    best_due_ = true;
  }
  due_ = due_ || (options_.every_epochs > 0 && epoch.epoch % options_.every_epochs == 0);
  return Control::go_on;
}

void Checkpoint::tell(const std::string& message) const {
  if (options_.on_problem) options_.on_problem(message);
}

bool Checkpoint::save(const Model& model, const std::filesystem::path& path) {
  try {
    save_checkpoint(model, path);
    failure_.clear();
  } catch (const FileError& error) {
    failure_ = error.what();
    tell(failure_ + " Training goes on.");
  }
  return failure_.empty();
}

void Checkpoint::on_end(Model&, const History&) {
  lock_.reset();
  if (!failure_.empty() && !options_.on_problem) throw FileError(failure_);
}

void Checkpoint::save_state(CallbackState& state) const {
  if (best_) state.config.set("best", *best_);
}

void Checkpoint::load_state(const CallbackState& state) {
  if (state.config.contains("best")) best_ = state.config.number("best");
}

void Checkpoint::on_checkpoint(Model& model, bool ending) {
  const TrainingState& state = model.training_state();
  if (std::exchange(best_due_, false) && !save(model, folder_ / "best.safetensors")) best_ = best_before_;
  const std::filesystem::path path = checkpoint_path(folder_, state.step);
  std::error_code ignored;
  if (ending ? state.step == saved_step_ && std::filesystem::exists(path, ignored) : !due_) return;
  due_ = false;
  if (!save(model, path)) return;
  saved_step_ = state.step;
  saved_at_ = Clock::now();
  try {
    std::int64_t kept = 0;
    for (const CheckpointFile& file : checkpoints_in(folder_)) {
      // Newer ones than this are damaged: fit went on from an older one.
      if (file.step > state.step || ++kept > options_.keep) std::filesystem::remove(file.path, ignored);
    }
  } catch (const FileError& error) {
    tell(error.what() + std::string(" Training goes on; older checkpoints stay."));
  }
}

}  // namespace weir
