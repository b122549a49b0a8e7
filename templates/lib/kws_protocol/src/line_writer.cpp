// The JSON of docs/protocol.md (RFC 8259), without printf: some C libraries' printf allocates.
#include "kws_protocol/line_writer.h"

#include "kws_protocol/crc16.h"

namespace kws {
namespace {

constexpr char kHex[] = "0123456789abcdef";
// Number and CRC, and what closes the object and the line.
constexpr size_t kSeal = sizeof(",\"ln\":4294967295,\"crc\":\"ffff\"}\r\n") - 1;

// Of the next line, whichever writer it is of: one serial line has one count.
uint32_t next_line = 0;

}  // namespace

void LineWriter::flush() {
  sink_(piece_, filled_);
  filled_ = 0;
}

LineWriter& LineWriter::put(char c) {
  if (size_ == kMaxLine - kSeal) return *this;
  ++size_;
  crc_ = crc16_add(crc_, static_cast<uint8_t>(c));
  last_ = c;
  piece_[filled_++] = c;
  if (filled_ == kPiece) flush();
  return *this;
}

LineWriter& LineWriter::put(const char* text_value) {
  while (*text_value != '\0') put(*text_value++);
  return *this;
}

LineWriter& LineWriter::begin(const char* type) {
  size_ = 0;
  crc_ = kCrc16Start;
  type_ = type;
  put("{\"kws\":1");
  return add("t", type);
}

bool LineWriter::end() {
  const bool whole = size_ < kMaxLine - kSeal;
  size_ = 0;
  if (whole) seal();
  put("\r\n");
  flush();
  ++next_line;  // also of a line that was broken off: it is missed
  if (whole) return true;
  const char* const type = type_;
  begin("fault").add("code", "line-too-long");
  add("message", "a line was longer than 4096 bytes and was broken off").add("line", type).end();
  return false;
}

// The number of the line and the CRC of all that stands before the field `crc`.
void LineWriter::seal() {
  add("ln", next_line);
  const uint32_t crc = crc_;
  key("crc").put('"');
  for (int shift = 12; shift >= 0; shift -= 4) put(kHex[crc >> shift & 15]);
  put("\"}");
}

// A comma is due unless something has just been opened or named. Texts end in a quote, so the last
// character tells.
LineWriter& LineWriter::comma() {
  return last_ == '{' || last_ == '[' || last_ == ':' ? *this : put(',');
}

LineWriter& LineWriter::key(const char* name) { return comma().put('"').put(name).put("\":"); }

LineWriter& LineWriter::text(const char* value) {
  if (value == nullptr) return put("null");
  put('"');
  for (; *value != '\0'; ++value) {
    const unsigned char c = static_cast<unsigned char>(*value);
    if (c == '"' || c == '\\') {
      put('\\').put(*value);
    } else if (c < 0x20 || c == 0x7f) {
      put("\\u00").put(kHex[c >> 4]).put(kHex[c & 15]);
    } else {
      put(*value);
    }
  }
  return put('"');
}

// By 32, 16 and 16 bits: the compiler's division of 64 bits takes 700 bytes of flash.
LineWriter& LineWriter::unsigned_integer(uint64_t value) {
  char digits[20];
  size_t count = 0;
  uint32_t high = static_cast<uint32_t>(value >> 32);
  uint32_t low = static_cast<uint32_t>(value);
  do {
    const uint32_t middle = high % 10 << 16 | low >> 16;
    const uint32_t last = middle % 10 << 16 | (low & 0xffffu);
    digits[count++] = static_cast<char>('0' + static_cast<int>(last % 10));
    high /= 10;
    low = middle / 10 << 16 | last / 10;
  } while ((high | low) != 0);
  while (count > 0) put(digits[--count]);
  return *this;
}

LineWriter& LineWriter::signed_integer(int64_t value) {
  if (value >= 0) return unsigned_integer(static_cast<uint64_t>(value));
  return put('-').unsigned_integer(~static_cast<uint64_t>(value) + 1);  // right for INT64_MIN too
}

LineWriter& LineWriter::fixed4(uint32_t numerator, uint32_t denominator) {
  if (denominator == 0) return put("null");
  uint32_t whole = numerator / denominator;
  // floor(10000 r / d + 1/2) = floor((20000 r + d) / 2d), at most 10000: bit by bit.
  const uint64_t divisor = 2u * static_cast<uint64_t>(denominator);
  uint64_t left = 20000u * static_cast<uint64_t>(numerator % denominator) + denominator;
  uint32_t rest = 0;
  for (int bit = 13; bit >= 0; --bit) {
    if (left < divisor << bit) continue;
    left -= divisor << bit;
    rest += 1u << bit;
  }
  if (rest == 10000) {
    rest = 0;
    ++whole;
  }
  unsigned_integer(whole).put('.');
  for (uint32_t place = 1000; place > 0; place /= 10) {
    put(static_cast<char>('0' + static_cast<int>(rest / place)));
    rest %= place;
  }
  return *this;
}

LineWriter& LineWriter::add_hex(const char* name, const void* bytes, size_t count) {
  const uint8_t* values = static_cast<const uint8_t*>(bytes);
  key(name).put('"');
  for (size_t i = 0; i < count; ++i) put(kHex[values[i] >> 4]).put(kHex[values[i] & 15]);
  return put('"');
}

LineWriter& LineWriter::add_base64(const char* name, const void* bytes, size_t count) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const uint8_t* const from = static_cast<const uint8_t*>(bytes);
  key(name).put('"');
  for (size_t i = 0; i < count; i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < count ? from[i + k] : 0u);
    for (size_t k = 0; k < 4; ++k) {
      put(i + k > count ? '=' : kDigits[group >> (18 - 6 * k) & 63]);
    }
  }
  return put('"');
}

void write_fault(LineWriter& line, const char* code, const char* message) {
  line.begin("fault").add("code", code).add("message", message).end();
}

}  // namespace kws
