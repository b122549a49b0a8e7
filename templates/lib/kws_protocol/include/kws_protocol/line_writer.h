// Writes the lines of docs/protocol.md: one JSON object each, built in a fixed buffer and handed to
// the serial line in one piece.
//
// Owns: JSON syntax (commas, escapes, nesting), number formats, the length limit. Leaves to others:
// which line has which fields (the application), the serial line (kws_hal). Never allocates, never
// prints a float. A line that does not fit becomes a `fault` with code `line-too-long`; half a line
// is never sent.
//
//   LineWriter line(buffer, sizeof buffer, hal::serial_write);
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
  // Smallest buffer that holds the fault about a line that did not fit.
  static constexpr size_t kMinCapacity = 224;
  // Deepest nesting of arrays and objects inside the line's own object.
  static constexpr uint8_t kMaxDepth = 30;

  // `buffer` holds `capacity` bytes, kMinCapacity or more (up to kMaxLine of them are used).
  LineWriter(char* buffer, size_t capacity, Sink sink)
      : buffer_(buffer), capacity_(capacity < kMaxLine ? capacity : kMaxLine), sink_(sink) {}

  // Starts `{"kws":1,"t":"<type>"`; a type has at most 32 characters. A line that was begun and not
  // ended is dropped.
  LineWriter& begin(const char* type);
  // Closes whatever is open, adds the line's number and its CRC, and hands it to the sink. False if
  // a fault was sent in its place.
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

  LineWriter& begin_array(const char* name) { return key(name).open('[', kArray); }
  LineWriter& begin_object(const char* name) { return key(name).open('{', kObject); }
  LineWriter& end_array() { return close(kArray); }
  LineWriter& end_object() { return close(kObject); }

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
  LineWriter& begin_array() { return comma().open('[', kArray); }
  LineWriter& begin_object() { return comma().open('{', kObject); }

 private:
  enum Level : uint32_t { kObject = 0, kArray = 1 };

  void seal();
  LineWriter& put(char c);
  LineWriter& put(const char* text_value);
  LineWriter& comma();
  LineWriter& key(const char* name);
  LineWriter& text(const char* value);
  LineWriter& unsigned_integer(uint64_t value);
  LineWriter& signed_integer(int64_t value);
  LineWriter& fixed4(uint32_t numerator, uint32_t denominator);
  LineWriter& open(char bracket, Level level);
  LineWriter& close(Level level);
  template <typename T>
  LineWriter& integer(T value) {
    if constexpr (std::is_signed<T>::value) {
      return signed_integer(static_cast<int64_t>(value));
    } else {
      return unsigned_integer(static_cast<uint64_t>(value));
    }
  }

  char* buffer_;
  size_t capacity_;
  Sink sink_;
  size_t size_ = 0;
  const char* type_ = nullptr;  // of the line that is open
  uint32_t levels_ = 0;         // a bit per open level, the innermost lowest: a Level
  uint8_t depth_ = 0;
  bool overlong_ = false;
};

// A whole `fault` line: `code` of docs/protocol.md, `message` a sentence with what to do.
void write_fault(LineWriter& line, const char* code, const char* message);

}  // namespace kws
