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
// is taken by the constructor. Keeps references to the Dataset and the weights, which must
// outlive it. For one thread at a time.
class Loader {
 public:
  // On a CUDA device the data is copied there once, if it fits; with keep_on_device false, or when it does not fit, each batch is put
  // together on the host and copied beside the work of the device, or before it where there is no page-locked memory. sample_weights are
  // [samples] of f32 or f64 each, 0 or more, on the host, and go with their samples into Batch::sample_weights. Throws ConfigError for a
  // dtype that does not compute, a batch below 1 or a weight that is none, ShapeError for more than 2^31 - 1 samples and for weights that
  // are not one a sample, NumericError for a number that f32 cannot hold, DeviceError for a device that is not there or is full.
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

  // For a step that is recorded on a CUDA device: whether it can read its batches (not where they are copied before the work), and the
  // batch that *index says when the step runs, of so many samples. Before any of them, and after shuffle and in_order, upload_order; before
  // each run of the step bring(its index), outside of any recording.
  bool recordable() const { return resident() || feeding_ == Feeding::ring; }
  Batch load_recorded(const Context& context, const std::uint64_t* index, std::int64_t samples);
  void upload_order(const Context& context);
  void bring(const Context& context, std::int64_t index);

 private:
  struct Column {
    const Field* field = nullptr;
    Tensor resident;  // the field on the device; no data when it is read where it is
    Tensor staging;   // a batch on the host, when batches are made there
    Tensor buffer;    // a batch on the device: what load returns
  };

  // How the numbers of a batch come about.
  enum class Feeding : std::uint8_t {
    in_place,  // on the CPU: from the data to the batch
    resident,  // on the device: from the data there
    ring,      // see HostRows
    copies,    // on the host, then copied
  };

  void add_columns(std::span<const Field> fields, const char* kind, DType dtype);
  Feeding choose_feeding(bool keep_on_device);
  void make_resident();
  void make_ring();
  void show(std::int64_t samples);  // buffers_ and views_ are those of a batch of so many
  ConstTensorView rows_of(std::int64_t index) const;
  void gather_on_host(const Context& context, const ConstTensorView& rows);
  Batch batch_of_views() const;

  Device device_;
  std::int64_t samples_ = 0;
  std::int64_t batch_ = 0;
  Feeding feeding_ = Feeding::in_place;
  bool order_changed_ = true;    // device_order_ is behind order_
  std::vector<Column> columns_;  // inputs, then targets, then weights
  std::size_t inputs_ = 0, targets_ = 0;
  std::unique_ptr<HostRows> ring_;
  std::vector<TensorView> buffers_;     // of the last load, to write ...
  std::vector<ConstTensorView> views_;  // ... and as it returned them
  Tensor order_;                        // i32 [samples] on the host
  Tensor device_order_;                 // the same on a CUDA device where the data lies
};

}  // namespace weir
