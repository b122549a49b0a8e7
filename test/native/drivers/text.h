// Tokens of the rows: read from bytes in, written to bytes out.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws_test {

struct Io {
  int (*get)();  // next byte, negative at the end
  void (*put)(char);
};

constexpr int kMaxToken = 63;
using Token = char[kMaxToken + 1];

// The next token; false at the end of the input.
bool read_word(const Io& io, Token& token);
int32_t read_integer(const Io& io);
int skip_spaces(const Io& io);

void write_text(const Io& io, const char* text);
void write_hex(const Io& io, const uint8_t* bytes, size_t count);

}  // namespace kws_test
