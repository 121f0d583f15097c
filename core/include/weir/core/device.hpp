#pragma once

#include <iosfwd>
#include <string>

namespace weir {

// Where a tensor is stored and where a Model computes: the CPU, or one CUDA device by its index (torch.device).
class Device {
 public:
  constexpr Device() = default;  // the CPU

  static constexpr Device cpu() { return Device(); }
  static constexpr Device cuda(int index = 0) { return Device(Kind::cuda, index); }

  constexpr bool is_cpu() const { return kind_ == Kind::cpu; }
  constexpr bool is_cuda() const { return kind_ == Kind::cuda; }
  constexpr int index() const { return index_; }

  friend constexpr bool operator==(Device, Device) = default;

 private:
  enum class Kind { cpu, cuda };
  constexpr Device(Kind kind, int index) : kind_(kind), index_(index) {}

  Kind kind_ = Kind::cpu;
  int index_ = 0;
};

// "cpu", "cuda:0".
std::string to_string(Device device);
std::ostream& operator<<(std::ostream& out, Device device);

// The first CUDA device if this build supports CUDA and the machine has one, else the CPU.
Device best_device() noexcept;

// A sentence for people: which CUDA devices can be used, or why none can. One line, without a line break.
std::string cuda_status();

}  // namespace weir
