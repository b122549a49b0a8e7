// CRC-16/CCITT-FALSE (polynomial 0x1021, initial value 0xffff, not reflected, no final xor), the
// check of binary frames. Its value over "123456789" is 0x29b1 (catalogue of parametrised CRC
// algorithms, "CRC-16/ IBM-3740"). The host side is src/protocol/frame.ts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws {

constexpr uint16_t kCrc16Start = 0xffff;

// Adds one byte. Without a table: x holds the byte's contribution to all 16 bits, as the
// polynomial's terms x^12, x^5 and 1 spread it.
inline uint16_t crc16_add(uint16_t crc, uint8_t byte) {
  uint32_t x = (static_cast<uint32_t>(crc) >> 8) ^ byte;
  x ^= x >> 4;
  const uint32_t next = (static_cast<uint32_t>(crc) << 8) ^ (x << 12) ^ (x << 5) ^ x;
  return static_cast<uint16_t>(next & 0xffffu);
}

inline uint16_t crc16(const uint8_t* data, size_t size, uint16_t crc = kCrc16Start) {
  for (size_t i = 0; i < size; ++i) crc = crc16_add(crc, data[i]);
  return crc;
}

}  // namespace kws
