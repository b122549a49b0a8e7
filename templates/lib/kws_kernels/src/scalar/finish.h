// From sums to outputs, for cores that multiply one number at a time. Internal.
#pragma once

#include <cstdint>

#include "../requantize.h"
#include "kws_kernels/kws_kernels.h"

#if defined(__ARM_ARCH) && defined(__thumb__) && !defined(__thumb2__)
#define KWS_KERNELS_THUMB1 1
#else
#define KWS_KERNELS_THUMB1 0
#endif

namespace kws {
namespace scalar {

constexpr int32_t kPixels = 3;
// Words per channel of `constants`: the bias; the multiplier; what is added to a quickly rounded
// sum and by how much that is shifted to the right, or 0 and the shift of requantize().
constexpr int32_t kConstants = 4;

// How sums become outputs.
struct Outputs {
  int32_t rounding;
  int32_t zero_point;
  int32_t min, max;
};

// One output. constants: of its channel. On Armv6-M, whose products of 64 bits are long, not
// inline.
#if KWS_KERNELS_THUMB1
__attribute__((noinline))
#endif
inline int8_t
finish_one(const Outputs& p, uint32_t from, const int32_t* constants) {
  const auto sum = static_cast<int32_t>(from);
  const int32_t multiplier = constants[1];
#if KWS_KERNELS_THUMB1
  if (p.rounding != 0) {
    // As below, in C++.
    const int32_t low = sum * ((multiplier >> 7) & 0xfff) + ((sum * (multiplier & 0x7f)) >> 7);
    int32_t q = sum * (multiplier >> 19) + (low >> 12);
    if (p.rounding == 1) {
      q += 1 << 11;
      if (q < 0) q -= 1 << 12;
    }
    return static_cast<int8_t>(clamp((q + constants[2]) >> constants[3], p.min, p.max));
  }
#endif
  const int32_t y = wrapping_add(requantize(sum, multiplier, constants[3]), p.zero_point);
  return static_cast<int8_t>(clamp(y, p.min, p.max));
}

// Sums of two channels, A and B, of three pixels. The assembly below knows these offsets.
struct Pair {
  uint32_t sums[2 * kPixels];  // 0: of A, of B
  const int32_t* constants;    // 24: of A; goes on to the next pair
  int8_t* y[kPixels];          // 28: of A; goes on to the next pair; two may be the same
  int32_t min, max;            // 40, 44
  uint32_t more[kPixels];      // 48: than the bias is what sums begin with
  int32_t channels;            // 60: left
};

// Sums of the next pair before anything is added.
inline void begin(Pair& pair) {
  for (int32_t i = 0; i < kPixels; ++i) {
    pair.sums[i] = static_cast<uint32_t>(pair.constants[0]) + pair.more[i];
    pair.sums[kPixels + i] =
        pair.channels > 1 ? static_cast<uint32_t>(pair.constants[kConstants]) + pair.more[i] : 0;
  }
}

// Outputs of a pair; true where there is another.
inline bool finish(Pair& pair, int32_t zero_point) {
  const int32_t channels = pair.channels > 1 ? 2 : 1;
  for (int32_t channel = 0; channel < channels; ++channel, pair.constants += kConstants) {
    const Outputs outputs{0, zero_point, pair.min, pair.max};
    for (int32_t i = 0; i < kPixels; ++i) {
      *pair.y[i]++ = finish_one(outputs, pair.sums[channel * kPixels + i], pair.constants);
    }
  }
  pair.channels -= channels;
  return pair.channels > 0;
}

#if KWS_KERNELS_THUMB1

// The same without products of 64 bits, for an even number of channels. With the multiplier as
// 2^19 a + 2^7 b + c and a shift of s to the right, sum * multiplier / 2^31, halves up, is
//   q / 2^12, q = sum * a + (sum * b + sum * c / 2^7) / 2^12 + 2^11,
// every division rounded down; dividing by 2^s, halves up, and adding the zero point is one more
// shift: (q + (2 * zero point + 1) * 2^(s + 11)) / 2^(s + 12). Where q is negative, halves go away
// from zero if 2^12 is taken off. src/lowering/scalar/ proves that nothing overflows, and gives
// what is added (with q's 2^11 where the sign of q is not asked for) and the last shift.
#define KWS_KERNELS_HALVES_UP ""
#define KWS_KERNELS_HALVES_AWAY \
  "movs r3, #1\n\t"             \
  "lsls r3, r3, #11\n\t"        \
  "adds r2, r2, r3\n\t"         \
  "asrs r3, r2, #31\n\t"        \
  "lsls r3, r3, #12\n\t"        \
  "adds r2, r2, r3\n\t"
#define KWS_KERNELS_OUTPUT(halves, pixel, channel) \
  "ldm r0!, {r2}\n\t"                              \
  "movs r3, r2\n\t"                                \
  "muls r3, r6\n\t"                                \
  "asrs r3, r3, #7\n\t"                            \
  "movs r1, r2\n\t"                                \
  "muls r1, r5\n\t"                                \
  "adds r3, r3, r1\n\t"                            \
  "asrs r3, r3, #12\n\t"                           \
  "muls r2, r4\n\t"                                \
  "adds r2, r2, r3\n\t" halves                     \
  "add r2, r8\n\t"                                 \
  "asrs r2, r7\n\t"                                \
  "cmp r2, r10\n\t"                                \
  "ble 3f\n\t"                                     \
  "mov r2, r10\n"                                  \
  "3:\n\t"                                         \
  "cmp r2, r9\n\t"                                 \
  "bge 3f\n\t"                                     \
  "mov r2, r9\n"                                   \
  "3:\n\t"                                         \
  "mov r1, r11\n\t"                                \
  "ldr r3, [r1, #" pixel                           \
  "]\n\t"                                          \
  "strb r2, [r3, #" channel "]\n\t"
#define KWS_KERNELS_CHANNEL(halves, channel)                       \
  "mov r1, r11\n\t"                                                \
  "ldr r2, [r1, #24]\n\t"                                          \
  "adds r2, #4\n\t"                                                \
  "ldm r2!, {r4, r5, r7}\n\t"                                      \
  "str r2, [r1, #24]\n\t"                                          \
  "mov r8, r5\n\t"                                                 \
  "lsls r5, r4, #13\n\t"                                           \
  "lsrs r5, r5, #20\n\t"                                           \
  "lsls r6, r4, #25\n\t"                                           \
  "lsrs r6, r6, #25\n\t"                                           \
  "lsrs r4, r4, #19\n\t" KWS_KERNELS_OUTPUT(halves, "28", channel) \
      KWS_KERNELS_OUTPUT(halves, "32", channel) KWS_KERNELS_OUTPUT(halves, "36", channel)
#define KWS_KERNELS_NEXT(at) \
  "ldr r2, [r1, #" at        \
  "]\n\t"                    \
  "adds r2, #2\n\t"          \
  "str r2, [r1, #" at "]\n\t"

// r0: the pair. Sums into r8 to r12 and lr; the first seven registers are lost.
#define KWS_KERNELS_BEGIN_AT_BIAS \
  "ldr r1, [r0, #24]\n\t"         \
  "ldr r2, [r1, #16]\n\t"         \
  "ldr r1, [r1]\n\t"              \
  "mov r8, r1\n\t"                \
  "mov r9, r1\n\t"                \
  "mov r10, r1\n\t"               \
  "mov r11, r2\n\t"               \
  "mov r12, r2\n\t"               \
  "mov lr, r2\n\t"
#define KWS_KERNELS_BEGIN     \
  KWS_KERNELS_BEGIN_AT_BIAS   \
  "movs r4, r0\n\t"           \
  "adds r4, #48\n\t"          \
  "ldm r4!, {r1, r2, r3}\n\t" \
  "add r8, r1\n\t"            \
  "add r9, r2\n\t"            \
  "add r10, r3\n\t"           \
  "add r11, r1\n\t"           \
  "add r12, r2\n\t"           \
  "add lr, r3\n\t"

// The reverse, and finish(). r0: the pair, also afterwards; the flags: whether there is another.
#define KWS_KERNELS_FINISH(halves) \
  "mov r1, r8\n\t"                        \
  "mov r2, r9\n\t"                        \
  "mov r3, r10\n\t"                       \
  "mov r4, r11\n\t"                       \
  "mov r5, r12\n\t"                       \
  "mov r6, lr\n\t"                        \
  "mov r11, r0\n\t"                       \
  "stm r0!, {r1, r2, r3, r4, r5, r6}\n\t" \
  "mov r1, r11\n\t"                       \
  "ldr r2, [r1, #40]\n\t"                 \
  "mov r9, r2\n\t"                        \
  "ldr r2, [r1, #44]\n\t"                 \
  "mov r10, r2\n\t"                       \
  "subs r0, #24\n\t"                      \
  KWS_KERNELS_CHANNEL(halves, "0")        \
  KWS_KERNELS_CHANNEL(halves, "1")        \
  "mov r1, r11\n\t"                       \
  KWS_KERNELS_NEXT("28")                  \
  KWS_KERNELS_NEXT("32")                  \
  KWS_KERNELS_NEXT("36")                  \
  "mov r0, r11\n\t"                       \
  "ldr r2, [r0, #60]\n\t"                 \
  "subs r2, #2\n\t"                       \
  "str r2, [r0, #60]\n\t"

#define KWS_KERNELS_CLOBBERED \
  "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"

#endif

}  // namespace scalar
}  // namespace kws
