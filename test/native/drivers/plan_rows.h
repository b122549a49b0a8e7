// A planned model as rows: memory is laid out once, then kernels run on addresses in it.
//
//   .plan ARENA STATE COUNT X...   begins a model: bytes of arena and state, its constants
//   .fill OFFSET BYTES VALUE       part of the state after a reset
//   .load OFFSET BYTES INDEX       the same, from a constant
//   .input REF X                   begins an inference; everything else in the arena is garbage
//   .output REF:BYTES              ends it; the answer is a line with these bytes
//
// Between the last two stand kernels as in kernel_rows.h, whose operands are references: `@a` an
// offset in the arena, `@s` in the state, `@c` index and offset of a constant (`@c3+4`), outputs
// and scratch memory with their length (`@a16:40`). They answer nothing, but the inference's answer
// gets `!` and the name of a kernel that wrote anything but these.
#pragma once

#include "block.h"

namespace kws_test {

class Plan {
 public:
  // Runs one of the commands; false where there is none of this name.
  bool run(const Io& io, const char* command);

  // What a reference means, without its `@`: `bytes` is set where it has a length.
  uint8_t* resolve(const char* reference, size_t& bytes) const;
  const void* constant(int index) const { return constants_[index].data; }

  // Before a kernel, for each of its outputs, and after it.
  void before();
  void writes(const uint8_t* output, size_t bytes);
  void after(const char* kernel);

 private:
  void begin(const Io& io);
  void input(const Io& io);
  void output(const Io& io);
  void complain(const char* kernel);

  static constexpr int kMaxConstants = 256;
  static constexpr int kMaxOutputs = 16;
  Block arena_;
  Block state_;
  Block constants_[kMaxConstants];
  int count_ = 0;
  // As they were before the kernel.
  Block arena_before_;
  Block state_before_;
  struct Range {
    const uint8_t* data;
    size_t bytes;
  };
  Range outputs_[kMaxOutputs] = {};
  int output_count_ = 0;
  char complaint_[80] = "";
};

}  // namespace kws_test
