// Copies of the movement kernels: word by word where both sides allow it. The C library for small
// programs copies single bytes.
#pragma once

#include <cstdint>
#include <cstring>

namespace kws {

// From and to addresses that are multiples of four, through registers.
template <int kBytes>
inline void copy_words(const uint8_t* from, uint8_t* to) {
  uint32_t words[kBytes / 4];
  std::memcpy(words, __builtin_assume_aligned(from, 4), kBytes);
  std::memcpy(__builtin_assume_aligned(to, 4), words, kBytes);
  // Keeps compilers from calling the C library in place of a loop.
  __asm volatile("" ::: "memory");
}

// x and y may overlap in any way.
inline void copy_bytes(int32_t count, const void* x, void* y) {
  const auto* from = static_cast<const uint8_t*>(x);
  auto* to = static_cast<uint8_t*>(y);
  const uintptr_t source = reinterpret_cast<uintptr_t>(from);
  const uintptr_t target = reinterpret_cast<uintptr_t>(to);
  // Within the bytes of x, behind their start: from the end then.
  if (target - source < static_cast<uintptr_t>(count)) {
    if (target == source) return;
    while (count > 0) {
      --count;
      to[count] = from[count];
      __asm volatile("" ::: "memory");
    }
    return;
  }
  if (((source | target) & 3u) == 0) {
    for (; count >= 16; count -= 16, from += 16, to += 16) copy_words<16>(from, to);
    for (; count >= 4; count -= 4, from += 4, to += 4) copy_words<4>(from, to);
  }
  for (; count > 0; --count) {
    *to++ = *from++;
    __asm volatile("" ::: "memory");
  }
}

}  // namespace kws
