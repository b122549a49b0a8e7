// Rows of kernel calls as text, for any place that has bytes in and bytes out.
//
// A row is a line of tokens: kernel, alias (-1, or the input over which the output is written), by
// how many bytes the operands lie off an aligned address, the fields of the parameter struct in
// order, further parameters, the number of inputs and the inputs, the number of outputs and their
// lengths in bytes, the bytes of scratch memory. Integers are decimal, a float is `f` and its bits
// in hex, an array is `x` and its bytes in hex (little-endian) or `c` and the number of a constant
// of the plan (plan_rows.h),
// `-` is a null pointer. The answer is a line with the bytes of the outputs in hex, separated by
// spaces, and `!` with a word where a kernel wrote what is not its own; `?` for an unknown kernel.
//
// The kernels are in the table `kKernels` of kernel_table.h, which the tests generate from the
// generator's own table of signatures: a kernel of a firmware is a kernel of the rows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "block.h"
#include "kws_kernels/kws_kernels.h"
#include "plan_rows.h"

namespace kws_test {

// One row being read: tokens from the stream, memory that lives until the row is done.
class Row {
 public:
  Row(const Io& io, Plan& plan);
  ~Row();
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  int32_t integer() { return read_integer(io_); }

  void read(int32_t& value) { value = integer(); }
  void read(uint8_t& value) { value = static_cast<uint8_t>(integer()); }
  void read(float& value);
  void read(kws::Requant& value) { fields(value.multiplier, value.shift); }
  void read(kws::Broadcast4& value) { fields(value.dims, value.a_strides, value.b_strides); }
  template <typename T, size_t N>
  void read(T (&values)[N]) {
    for (T& value : values) read(value);
  }
  template <typename T>
  void read(const T*& pointer) {
    pointer = static_cast<const T*>(constant());
  }
  template <typename... T>
  void fields(T&... values) {
    (read(values), ...);
  }

  // An array of the generator's.
  const void* constant();

  // After the parameters: the data.
  void operands();

  template <typename T>
  const T* input(int i) const {
    return reinterpret_cast<const T*>(inputs_[i]);
  }
  template <typename T>
  T* output(int i) const {
    return reinterpret_cast<T*>(outputs_[i]);
  }
  const void* const* inputs() const { return reinterpret_cast<const void* const*>(inputs_); }
  void* const* outputs() const { return reinterpret_cast<void* const*>(outputs_); }

  // Memory of the kernel's own, full of garbage.
  int8_t* scratch() const { return reinterpret_cast<int8_t*>(scratch_); }

  // Of the counter while the kernel ran, where the driver counts.
  uint32_t ticks = 0;

  // The outputs, and whether everything else is as it was.
  void answer(const char* kernel);

 private:
  Block& keep(const Block& block);
  void read_output(int i, Block* over);
  uint8_t* planned(const char* reference, size_t& bytes);

  static constexpr int kMaxBlocks = 64;
  static constexpr int kMaxOperands = 16;
  const Io& io_;
  Plan& plan_;
  int32_t alias_;
  size_t offset_;
  bool planned_ = false;
  Block blocks_[kMaxBlocks];
  int count_ = 0;
  uint8_t* inputs_[kMaxOperands] = {};
  uint8_t* outputs_[kMaxOperands] = {};
  size_t output_bytes_[kMaxOperands] = {};
  int output_count_ = 0;
  uint8_t* scratch_ = nullptr;
};

struct Kernel {
  const char* name;
  void (*run)(Row&);
};

// Runs rows until the input ends.
void run_kernel_rows(const Io& io);

}  // namespace kws_test
