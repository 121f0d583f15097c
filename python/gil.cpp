#include "python/gil.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include "python/bind.hpp"

namespace py = pybind11;

namespace {

std::atomic<int> working = 0;
std::atomic<bool> ended = false;
std::thread::id ends;  // the thread that ends the process; written before `ended`

void wait_for_others() {
  ends = std::this_thread::get_id();
  ended = true;
  const py::gil_scoped_release release;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (working > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

bool Working::ending() { return ended && std::this_thread::get_id() != ends; }

Working::Working() {
  if (ending()) {
    PyErr_SetString(PyExc_SystemExit, "weir was called by a thread while Python ends.");
    throw py::error_already_set();
  }
  ++working;
}

Working::~Working() { --working; }

void bind_gil(py::module_&) { py::module_::import("atexit").attr("register")(py::cpp_function(&wait_for_others)); }
