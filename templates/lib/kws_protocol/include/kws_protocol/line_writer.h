// Writes the lines of docs/protocol.md: one JSON object each, handed to the serial line in pieces.
//
// Owns: JSON syntax (commas, escapes), number formats, numbers and CRCs of lines, the length limit.
// Leaves to others: which line has which fields (the application), the serial line (kws_hal). Holds
// a piece of a line and no more, never allocates, never prints a float. A line that gets longer
// than the protocol allows is broken off and followed by a `fault` with code `line-too-long`.
//
//   LineWriter line(hal::serial_write);
//   line.begin("score").add("m", "okay_nabu").add("n", 7u);
//   line.begin_array("q").item(12).item(255).end_array();
//   line.begin_array("p").item_fixed4(sum, 255u * divisor).end_array();
//   line.end();
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace kws {

class LineWriter {
 public:
  // Has the signature of hal::serial_write.
  using Sink = void (*)(const char* data, size_t size);

  // Longest line of the protocol, with its line end.
  static constexpr size_t kMaxLine = 4096;

  explicit LineWriter(Sink sink) : sink_(sink) {}

  // Starts `{"kws":1,"t":"<type>"`, with static text. What is begun has to be ended, and what is
  // opened to be closed.
  LineWriter& begin(const char* type);
  // Adds the line's number and its CRC, and closes it. False if it was broken off.
  bool end();

  // Fields of the object that is open. Names are the program's own and are not escaped; texts are
  // (UTF-8 passes through, nullptr becomes null).
  LineWriter& add(const char* name, const char* text) { return key(name).text(text); }
  LineWriter& add(const char* name, bool value) { return key(name).put(value ? "true" : "false"); }
  template <typename T,
            std::enable_if_t<std::is_integral<T>::value && !std::is_same<T, bool>::value, int> = 0>
  LineWriter& add(const char* name, T value) {
    return key(name).integer(value);
  }
  // numerator / denominator with four decimals, rounded half up; null if the denominator is 0.
  LineWriter& add_fixed4(const char* name, uint32_t numerator, uint32_t denominator) {
    return key(name).fixed4(numerator, denominator);
  }
  // Bytes as hex digits, in the order of memory (every target is little-endian).
  LineWriter& add_hex(const char* name, const void* bytes, size_t count);
  // The same in base64, in two thirds of the room; padded.
  LineWriter& add_base64(const char* name, const void* bytes, size_t count);
  // `json` stands as it is: the caller answers for it being one JSON value.
  LineWriter& add_raw(const char* name, const char* json) { return key(name).put(json); }
  // A whole array of integers or of texts.
  template <typename T>
  LineWriter& add_array(const char* name, const T* values, size_t count) {
    begin_array(name);
    for (size_t i = 0; i < count; ++i) item(values[i]);
    return end_array();
  }

  LineWriter& begin_array(const char* name) { return key(name).put('['); }
  LineWriter& begin_object(const char* name) { return key(name).put('{'); }
  LineWriter& end_array() { return put(']'); }
  LineWriter& end_object() { return put('}'); }

  // Items of the array that is open.
  LineWriter& item(const char* text_value) { return comma().text(text_value); }
  LineWriter& item(bool value) { return comma().put(value ? "true" : "false"); }
  template <typename T,
            std::enable_if_t<std::is_integral<T>::value && !std::is_same<T, bool>::value, int> = 0>
  LineWriter& item(T value) {
    return comma().integer(value);
  }
  LineWriter& item_fixed4(uint32_t numerator, uint32_t denominator) {
    return comma().fixed4(numerator, denominator);
  }
  LineWriter& item_raw(const char* json) { return comma().put(json); }
  // An array or object as an item of an array.
  LineWriter& begin_array() { return comma().put('['); }
  LineWriter& begin_object() { return comma().put('{'); }

 private:
  // As many bytes as a packet of USB holds.
  static constexpr size_t kPiece = 64;

  void seal();
  void flush();
  LineWriter& put(char c);
  LineWriter& put(const char* text_value);
  LineWriter& comma();
  LineWriter& key(const char* name);
  LineWriter& text(const char* value);
  LineWriter& unsigned_integer(uint64_t value);
  LineWriter& signed_integer(int64_t value);
  LineWriter& fixed4(uint32_t numerator, uint32_t denominator);
  template <typename T>
  LineWriter& integer(T value) {
    if constexpr (std::is_signed<T>::value) {
      return signed_integer(static_cast<int64_t>(value));
    } else {
      return unsigned_integer(static_cast<uint64_t>(value));
    }
  }

  Sink sink_;
  const char* type_ = nullptr;  // of the line that is open
  uint16_t size_ = 0;           // of that line
  uint16_t crc_ = 0;            // of what there is of it
  uint8_t filled_ = 0;
  char last_ = '{';
  char piece_[kPiece];
};

// A whole `fault` line: `code` of docs/protocol.md, `message` a sentence with what to do.
void write_fault(LineWriter& line, const char* code, const char* message);

}  // namespace kws
