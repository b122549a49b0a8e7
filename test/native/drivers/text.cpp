#include "text.h"

#include <cstdlib>

namespace kws_test {

int skip_spaces(const Io& io) {
  int c = io.get();
  while (c >= 0 && c <= ' ') c = io.get();
  return c;
}

bool read_word(const Io& io, Token& token) {
  int c = skip_spaces(io);
  if (c < 0) return false;
  int length = 0;
  for (; c > ' '; c = io.get()) {
    if (length < kMaxToken) token[length++] = static_cast<char>(c);
  }
  token[length] = '\0';
  return true;
}

int32_t read_integer(const Io& io) {
  Token token = "";
  read_word(io, token);
  return static_cast<int32_t>(std::strtol(token, nullptr, 10));
}

void write_text(const Io& io, const char* text) {
  for (; *text != '\0'; ++text) io.put(*text);
}

void write_hex(const Io& io, const uint8_t* bytes, size_t count) {
  static const char kDigits[] = "0123456789abcdef";
  for (size_t i = 0; i < count; ++i) {
    io.put(kDigits[bytes[i] >> 4]);
    io.put(kDigits[bytes[i] & 15]);
  }
}

}  // namespace kws_test
