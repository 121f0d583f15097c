#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <weir/core/context.hpp>
#include <weir/core/model.hpp>
#include <weir/core/random.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

class HostRows;

// Splits a Dataset into batches on a model's device and in its dtype, in order or shuffled; the last batch may be smaller. Allocates in the
// constructor only. Refers to the Dataset and the weights, which must outlive it. Use it from one thread at a time.
class Loader {
 public:
  // On a CUDA device the data is copied there once, if it fits. With keep_on_device false, or if it does not fit, the host gathers each
  // batch and copies it while the device works on the previous one (without page-locked memory: before the work). A u8 field without a
  // divisor is divided by 1. sample_weights are [samples] each, f32 or f64, 0 or more, on the host; each batch gets its part in
  // Batch::sample_weights. Throws ConfigError for a dtype other than f32 and f64, a batch below 1 or an invalid weight; ShapeError for more
  // than 2^31 - 1 samples, or weights that are not [samples]; NumericError for a number that f32 cannot hold; DeviceError for a device that
  // does not exist or has too little memory.
  Loader(const Dataset& data, Device device, DType dtype, std::int64_t batch, bool keep_on_device = true,
         std::span<const Field> sample_weights = {});
  Loader(Dataset&& data, Device device, DType dtype, std::int64_t batch, bool keep_on_device = true,
         std::span<const Field> sample_weights = {}) = delete;
  Loader(Loader&&) noexcept;  // leaves the other with no batches
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

  std::int64_t batches() const { return (order_.elements() + batch_ - 1) / batch_; }
  std::int64_t batch() const { return batch_; }                    // size of every batch, except perhaps the last
  bool resident() const { return feeding_ == Feeding::resident; }  // the whole data is on the CUDA device

  // Sets the order of the samples: shuffle to a permutation that depends only on the key and the number of samples, the same on every
  // machine (Fisher-Yates with random_below); in_order, the initial state, to the order of the data.
  void shuffle(RandomKey key);
  void in_order();

  // Batch `index` of [0, batches()): views of the loader's memory, valid until the next load. `context` is the model's; DeviceError if it
  // is for another device, ConfigError for an index out of range.
  Batch load(const Context& context, std::int64_t index);

  // For a step that is recorded in a CUDA graph and replayed. recordable: whether batches can be read in a recording (not when they are
  // copied before the work). load_recorded: enqueues the load of batch *index with `samples` samples; *index is read when the step runs.
  // Call upload_order before the first step and after shuffle or in_order, and upload_batch before each replay; both outside of a
  // recording.
  bool recordable() const { return resident() || feeding_ == Feeding::ring; }
  Batch load_recorded(const Context& context, const std::uint64_t* index, std::int64_t samples);
  void upload_order(const Context& context);
  void upload_batch(const Context& context, std::int64_t index);

 private:
  struct Column {
    const Field* field = nullptr;
    Tensor resident;  // the whole field, if it is kept on a CUDA device
    Tensor staging;   // a batch on the host, if batches are gathered there
    Tensor buffer;    // a batch on the model's device, returned by load
  };

  // Where batches are gathered and how they get to the device.
  enum class Feeding : std::uint8_t {
    in_place,  // CPU: gathered from the Dataset
    resident,  // CUDA: gathered from a copy of the whole data on the device
    ring,      // CUDA: rows are uploaded by HostRows
    copies,    // CUDA: gathered on the host, then copied before the work
  };

  void add_columns(std::span<const Field> fields, const char* kind, DType dtype);
  Feeding choose_feeding(bool keep_on_device);
  void make_resident();
  void make_ring();
  void set_views(std::int64_t samples);  // sets buffers_ and views_ for a batch of so many samples
  ConstTensorView rows_of(std::int64_t index) const;
  void gather_on_host(const Context& context, const ConstTensorView& rows);
  Batch batch_of_views() const;

  Device device_;
  std::int64_t batch_ = 1;
  Feeding feeding_ = Feeding::in_place;
  bool order_changed_ = true;    // device_order_ must be copied again
  std::vector<Column> columns_;  // inputs, then targets, then weights
  std::size_t inputs_ = 0, targets_ = 0;
  std::unique_ptr<HostRows> ring_;
  std::vector<TensorView> buffers_;     // of the last load, for writing ...
  std::vector<ConstTensorView> views_;  // ... and as returned by load
  Tensor order_;                        // i32 [samples] on the host
  Tensor device_order_;                 // a copy on the CUDA device, if the data is there
};

}  // namespace weir
