#pragma once

#include <pybind11/pybind11.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <weir/core/losses.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>

#include "python/gil.hpp"

// A Model of Python: a weir::Model that can be exchanged for one with a larger max_batch, and a guard that refuses a second thread.
class ModelHandle {
 public:
  // max_batch 0: as large as calls need it.
  ModelHandle(weir::Graph graph, weir::ModelOptions options);
  ModelHandle(weir::Model model, bool grows);

  enum Need { reads, computes, changes };

  // Held with the GIL during a call that uses the Model, which may then release the GIL. ConfigError while another thread uses it, in a
  // forked process whose parent was using it, for a change within a callback of fit, and for
  // computing within a layer or loss in Python.
  class Use {
   public:
    Use(ModelHandle& handle, const char* what, Need need = reads);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    weir::Model& operator*() const { return *handle_.model_; }
    weir::Model* operator->() const { return handle_.model_.get(); }

   private:
    Working working_;
    ModelHandle& handle_;
  };

  // Makes room for calls of so many samples, if the user left max_batch open. Only while a Use that changes is held.
  void make_room(std::int64_t batch);

  bool grows() const { return grows_; }
  bool ending = false;  // fit calls on_end, which may change parameters

 private:
  std::unique_ptr<weir::Model> model_;
  bool grows_;
  int users_ = 0;  // nested calls of one thread; these four are read and written with the GIL held
  const char* what_ = "";
  std::thread::id thread_;
  pid_t process_ = 0;
};

// A Dataset of arrays, for a Model: integers become its dtype where an input or a loss takes numbers. `x` and `y` are an array, or a list
// of arrays for several inputs or targets; or x is a Dataset and y None. `y` None: no targets. `who` begins messages.
weir::Dataset dataset_for(const std::string& who, const weir::Model& model, const weir::Losses& losses, const pybind11::object& x,
                          const pybind11::object& y);

weir::DType dtype_from(const pybind11::handle& object, const std::string& what);  // float32 and float64 only
weir::Device device_from(const pybind11::handle& object, const std::string& what);
weir::ModelOptions model_options(const pybind11::dict& values, const std::string& who);
