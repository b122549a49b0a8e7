// Rows of kernel calls as text, for any place that has bytes in and bytes out.
//
// A row is a line of tokens: kernel, alias (-1, or the input over which the output is written), the
// fields of the parameter struct in order, the inputs, the lengths of the outputs in bytes.
// Integers are decimal, a float is `f` and its bits in hex, an array is `x` and its bytes in hex
// (little-endian), `-` is a null pointer. The answer is a line with the bytes of the outputs in
// hex, separated by spaces; `?` for an unknown kernel.
#pragma once

namespace kws_test {

struct Io {
  int (*get)();  // next byte, negative at the end
  void (*put)(char);
};

// Runs rows until the input ends.
void run_kernel_rows(const Io& io);

}  // namespace kws_test
