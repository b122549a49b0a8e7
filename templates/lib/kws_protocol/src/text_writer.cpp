#include "kws_protocol/text_writer.h"

namespace kws {
namespace {

constexpr char kHex[] = "0123456789abcdef";

}  // namespace

TextWriter& TextWriter::put(char c) {
  if (size_ == sizeof buffer_) flush();
  buffer_[size_++] = c;
  return *this;
}

TextWriter& TextWriter::put(const char* text) {
  while (*text != '\0') put(*text++);
  return *this;
}

TextWriter& TextWriter::printable(const char* text) {
  for (; *text != '\0'; ++text) {
    const unsigned char c = static_cast<unsigned char>(*text);
    put(c < 0x20 || c == 0x7f ? '?' : *text);
  }
  return *this;
}

TextWriter& TextWriter::number(uint64_t value) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  while (count > 0) put(digits[--count]);
  return *this;
}

TextWriter& TextWriter::hex(uint8_t value) { return put(kHex[value >> 4]).put(kHex[value & 15]); }

TextWriter& TextWriter::fixed(int32_t value, uint32_t decimals) {
  uint32_t rest = static_cast<uint32_t>(value);
  if (value < 0) {
    put('-');
    rest = 0u - rest;
  }
  uint32_t place = 1;
  for (uint32_t i = 0; i < decimals; ++i) place *= 10;
  number(rest / place).put('.');
  rest %= place;
  for (place /= 10; place > 0; place /= 10) {
    put(static_cast<char>('0' + static_cast<int>(rest / place)));
    rest %= place;
  }
  return *this;
}

void TextWriter::flush() {
  if (size_ > 0) sink_(buffer_, size_);
  size_ = 0;
}

}  // namespace kws
