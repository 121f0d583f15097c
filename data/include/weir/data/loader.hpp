#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <weir/core/context.hpp>
#include <weir/core/model.hpp>
#include <weir/core/random.hpp>
#include <weir/data/dataset.hpp>

namespace weir {

// Cuts a Dataset into batches on a model's device and in its dtype, in order or shuffled; the last batch may be smaller. All memory
// is taken by the constructor. Keeps a reference to the Dataset, which must outlive it. For one thread at a time.
class Loader {
 public:
  // On a CUDA device the data is copied there once, if it fits; with keep_on_device false, or when it does not fit, each batch is put
  // together on the host and copied. Throws ConfigError for a dtype that does not compute or a batch below 1, ShapeError for more than
  // 2^31 - 1 samples, NumericError for a number that f32 cannot hold, DeviceError for a device that is not there or is full.
  Loader(const Dataset& data, Device device, DType dtype, std::int64_t batch, bool keep_on_device = true);
  Loader(Dataset&& data, Device device, DType dtype, std::int64_t batch, bool keep_on_device = true) = delete;

  std::int64_t batches() const { return (samples_ + batch_ - 1) / batch_; }
  std::int64_t batch() const { return batch_; }  // samples of every batch but perhaps the last
  bool resident() const { return device_.is_cuda() && !on_host_; }

  // The order of the samples from now on: a permutation that depends on the key and on their number alone, the same on every machine
  // (Fisher and Yates, with random_below), or the data's own, which is what a new Loader has.
  void shuffle(RandomKey key);
  void in_order();

  // Batch `index` of [0, batches()): views into the loader's own memory, valid until the next load. The context is the model's;
  // DeviceError when it is for another device, ConfigError for an index outside.
  Batch load(const Context& context, std::int64_t index);

  // For a step that is recorded on a CUDA device where the data is resident: the batch that *index says when the step runs, of so many
  // samples. Before any of them, and after shuffle and in_order, upload_order.
  Batch load_recorded(const Context& context, const std::uint64_t* index, std::int64_t samples);
  void upload_order(const Context& context);

 private:
  struct Column {
    const Field* field = nullptr;
    Tensor resident;  // the field on the device; no data when it is read where it is
    Tensor staging;   // a batch on the host, when batches are made there
    Tensor buffer;    // a batch on the device: what load returns
  };

  void add_columns(const std::vector<Field>& fields, const char* kind, DType dtype);
  bool copy_to_device();  // false: it does not fit
  void gather_on_host();
  Batch batch_of_views() const;

  Device device_;
  std::int64_t samples_ = 0;
  std::int64_t batch_ = 0;
  bool on_host_ = false;         // batches are made on the host and then copied
  bool order_changed_ = true;    // device_order_ is behind order_
  std::vector<Column> columns_;  // inputs, then targets
  std::size_t inputs_ = 0;
  std::vector<ConstTensorView> views_;  // what the last load returned
  Tensor order_;                        // i32 [samples] on the host
  Tensor device_order_;                 // the same on a CUDA device
};

}  // namespace weir
