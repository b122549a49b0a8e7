// Plain text on the serial line, in the formats of others: what is not the project's own protocol.
//
// Owns: spelling numbers without printf. Leaves to others: what is said, the serial line (kws_hal).
// Collects in a small buffer and hands it on whenever that is full, and at flush().
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_protocol/line_writer.h"

namespace kws {

class TextWriter {
 public:
  explicit TextWriter(LineWriter::Sink sink) : sink_(sink) {}

  TextWriter& put(char c);
  TextWriter& put(const char* text);
  // Text from elsewhere: control characters become question marks.
  TextWriter& printable(const char* text);
  TextWriter& number(uint64_t value);
  // Two digits.
  TextWriter& hex(uint8_t value);
  // value / 10^decimals with all its decimals; `decimals`: 1…9.
  TextWriter& fixed(int32_t value, uint32_t decimals);
  TextWriter& end_line() { return put("\r\n"); }
  void flush();

 private:
  LineWriter::Sink sink_;
  size_t size_ = 0;
  char buffer_[64];
};

}  // namespace kws
