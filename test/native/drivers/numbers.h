// Numbers that a driver is given on standard input: little-endian int32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

inline int32_t read_int() {
  unsigned char bytes[4];
  if (std::fread(bytes, 1, 4, stdin) != 4) std::exit(2);
  return static_cast<int32_t>(
      static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
      static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24);
}

template <typename T>
std::vector<T> read_array(int32_t length) {
  std::vector<T> values(static_cast<size_t>(length));
  for (T& value : values) value = static_cast<T>(read_int());
  return values;
}
