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

// Cuts a Dataset into batches on a model's device and in its dtype, in order or shuffled; the last batch may be smaller. All memory
// is taken by the constructor. Keeps references to the Dataset and the weights, which must outlive it. For one thread at a time.
class Loader {
 public:
  // On a CUDA device the data is copied there once, if it fits; with keep_on_device false, or when it does not fit, the host gathers each
  // batch and copies it while the device works on the one before, or before the work where there is no page-locked memory. A u8 field
  // without a divisor is divided by 1. sample_weights are [samples] of f32 or f64 each, 0 or more, on the host, and go with their samples
  // into Batch::sample_weights. Throws ConfigError for a dtype that does not compute, a batch below 1 or a bad weight, ShapeError for more
  // than 2^31 - 1 samples and for weights that are not one a sample, NumericError for a number that f32 cannot hold, DeviceError for a
  // device that is not there or is full.
  Loader(const Dataset& data, Device device, DType dtype, std::int64_t batch, bool keep_on_device = true,
         std::span<const Field> sample_weights = {});
  Loader(Dataset&& data, Device device, DType dtype, std::int64_t batch, bool keep_on_device = true,
         std::span<const Field> sample_weights = {}) = delete;
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

  std::int64_t batches() const { return (samples_ + batch_ - 1) / batch_; }
  std::int64_t batch() const { return batch_; }                    // samples of every batch but perhaps the last
  bool resident() const { return feeding_ == Feeding::resident; }  // the data lies on the CUDA device

  // The order of the samples from now on: a permutation that depends on the key and on their number alone, the same on every machine
  // (Fisher and Yates, with random_below), or the data's own, which is what a new Loader has.
  void shuffle(RandomKey key);
  void in_order();

  // Batch `index` of [0, batches()): views into the loader's own memory, valid until the next load. The context is the model's;
  // DeviceError when it is for another device, ConfigError for an index outside.
  Batch load(const Context& context, std::int64_t index);

  // For a step that is recorded once on a CUDA device and replayed. recordable: whether it can read its batches (not where they are copied
  // before the work). load_recorded: `samples` samples of batch *index, which is read when the step runs. Call upload_order before the
  // first step and after shuffle or in_order, and upload_batch before each replay, outside of any recording.
  bool recordable() const { return resident() || feeding_ == Feeding::ring; }
  Batch load_recorded(const Context& context, const std::uint64_t* index, std::int64_t samples);
  void upload_order(const Context& context);
  void upload_batch(const Context& context, std::int64_t index);

 private:
  struct Column {
    const Field* field = nullptr;
    Tensor resident;  // the whole field, where it lies on a CUDA device
    Tensor staging;   // a batch on the host, where it is gathered there
    Tensor buffer;    // a batch on the model's device: what load returns
  };

  // Where a batch is gathered from and how it gets to the device.
  enum class Feeding : std::uint8_t {
    in_place,  // on the CPU, from the Dataset
    resident,  // on the device, from a copy of the whole data there
    ring,      // by HostRows
    copies,    // on the host, then copied before the work
  };

  void add_columns(std::span<const Field> fields, const char* kind, DType dtype);
  Feeding choose_feeding(bool keep_on_device);
  void make_resident();
  void make_ring();
  void set_views(std::int64_t samples);  // buffers_ and views_ for a batch of so many samples
  ConstTensorView rows_of(std::int64_t index) const;
  void gather_on_host(const Context& context, const ConstTensorView& rows);
  Batch batch_of_views() const;

  Device device_;
  std::int64_t samples_ = 0;
  std::int64_t batch_ = 0;
  Feeding feeding_ = Feeding::in_place;
  bool order_changed_ = true;    // device_order_ is out of date
  std::vector<Column> columns_;  // inputs, then targets, then weights
  std::size_t inputs_ = 0, targets_ = 0;
  std::unique_ptr<HostRows> ring_;
  std::vector<TensorView> buffers_;     // the batch of the last load, for writing ...
  std::vector<ConstTensorView> views_;  // ... and as load returned it
  Tensor order_;                        // i32 [samples] on the host
  Tensor device_order_;                 // the same on a CUDA device where the data lies
};

}  // namespace weir
